// Drives JupyterLab in a browser as a person would and prints what it saw, one JSON object, for the Go test that starts it.
//
//   node lab.mjs '{"url", "token", "notebook", "chromium", "module": playwright-core's folder, "pictures": folder, "gopls": bool}'
import { createRequire } from 'node:module';
import path from 'node:path';

const options = JSON.parse(process.argv[2]);
const { chromium } = createRequire(import.meta.url)(options.module);
const seen = { cells: [], steps: [] };
const started = Date.now();
const note = what => seen.steps.push(`${((Date.now() - started) / 1000).toFixed(1)} s: ${what}`);

const browser = await chromium.launch({
  executablePath: options.chromium,
  args: process.getuid() === 0 ? ['--no-sandbox'] : [],
});
let page;
try {
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  seen.console = [];
  page.on('pageerror', e => seen.console.push(String(e)));
  await page.goto(`${options.url}lab/workspaces/e2e/tree/${options.notebook}?token=${options.token}&reset`);
  // GoNB tells its status from its first cell on: until then Lab calls it unknown, so wait for the kernel's reply about itself.
  await page.waitForFunction(() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel, null, { timeout: 90_000 });
  await page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.info);
  seen.kernel = await page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.kernelDisplayName);
  note('open');
  await page.waitForTimeout(1500); // Lab writes what the kernel says of its language
  seen.clean = await page.evaluate(() => !window.jupyterapp.shell.currentWidget.context.model.dirty);
  if (options.gopls) {
    await addCell('%%\nfig := figure.New(figure.Size(4, 3))\nfig.');
    seen.first = await tab();
    await picture('first-tab');
    await page.keyboard.press('Escape');
    await deleteCell();
    note('first TAB');
  }

  await menu('Run', 'Run All Cells');
  await finished();
  note('run all');
  seen.cells = await lookAtCells();
  note('looked at every cell');
  await pictures();

  await addCell('%%\nml.');
  if (options.gopls) {
    seen.second = await tab();
    await picture('completion');
    await page.keyboard.type('Percentile'); // narrows the list down to one
    await page.keyboard.press('Enter');
    await page.keyboard.press('Shift+Tab');
    await page.waitForSelector('.jp-Tooltip', { timeout: 30_000 }).catch(() => {});
    seen.tooltip = (await page.$$eval('.jp-Tooltip', t => t.map(e => e.innerText))).join('\n');
    await picture('tooltip');
    await page.keyboard.press('Escape');
    note('completion');
  }
  await deleteCell();

  // The notebook's training, made to take hours.
  await addCell(options.training);
  await page.keyboard.press('Control+Enter');
  await page.waitForFunction(() => lastCell().node.querySelector('.vega-embed canvas'), null, { timeout: 60_000 });
  await end();
  seen.live = [];
  for (let i = 0; i < 6; i++) {
    seen.live.push(await page.evaluate(() => ({
      title: output().match(/Epoch \d+ of \d+/)?.[0], outputs: lastCell().model.outputs.length,
      figures: lastCell().node.querySelectorAll('.vega-embed canvas').length,
    })));
    await page.waitForTimeout(400);
  }
  await picture('training');
  const asked = Date.now();
  await page.locator('.jp-Toolbar-item[data-jp-item-name="interrupt"]:visible').first().click();
  await page.waitForFunction(() => output().includes('Interrupted after') && output().includes('Epoch 1/'), null, { timeout: 30_000 });
  seen.interrupt = { seconds: (Date.now() - asked) / 1000, ...await page.evaluate(() => {
    const outputs = lastCell().model.outputs.toJSON();
    const text = o => [o.text ?? o.data?.['text/plain'] ?? ''].flat().join('');
    return { displays: outputs.filter(o => o.data).length, output: outputs.map(text).join('\n') };
  }) };
  await finished();
  await end();
  await picture('interrupted');
  await deleteCell();
  note('interrupted');

  await menu('Kernel', 'Restart Kernel and Run All Cells…');
  await page.locator('.jp-Dialog .jp-mod-accept').click();
  await page.waitForTimeout(1000);
  await finished();
  note('restarted and run');
  await page.evaluate(() => window.jupyterapp.shell.currentWidget.context.save());
  seen.saved = await page.evaluate(() => !window.jupyterapp.shell.currentWidget.context.model.dirty);
  note('saved');
} catch (e) {
  seen.failure = String(e);
  if (page) await picture('failure').catch(() => {});
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(seen));

// tab presses TAB until there are completions. Lab gives a kernel a second to answer; until gopls has read the module, TAB brings nothing.
async function tab() {
  const asked = Date.now();
  let completions = [], presses = 0;
  while (presses < 40 && !completions.length) {
    await page.keyboard.press('Tab');
    await page.waitForSelector('.jp-Completer:not(.lm-mod-hidden) .jp-Completer-item', { timeout: 3_000 }).catch(() => {});
    completions = await page.$$eval('.jp-Completer .jp-Completer-item .jp-Completer-match', items => items.map(i => i.textContent));
    presses++;
  }
  return { completions, presses, seconds: (Date.now() - asked) / 1000 };
}

// menu picks an entry of the menu bar with the mouse.
async function menu(name, entry) {
  await page.locator('.lm-MenuBar-item', { hasText: new RegExp(`^${name}$`) }).click();
  await page.locator('.lm-Menu-itemLabel', { hasText: entry }).filter({ visible: true }).first().click();
}

// finished waits until no cell has anything to do and the kernel rests.
async function finished() {
  await page.addScriptTag({ content: `
    window.lastCell = () => jupyterapp.shell.currentWidget.content.widgets.at(-1);
    window.output = () => JSON.stringify(lastCell().model.outputs.toJSON());` });
  let calm = 0;
  for (const end = Date.now() + 240_000; Date.now() < end && calm < 3; await page.waitForTimeout(200)) {
    const busy = await page.evaluate(() => {
      const panel = window.jupyterapp.shell.currentWidget;
      const waiting = [...panel.model.cells].some(c => c.type === 'code' && c.executionState !== undefined && c.executionState !== 'idle');
      return waiting || panel.sessionContext.session?.kernel?.status !== 'idle';
    });
    calm = busy ? 0 : calm + 1;
  }
  if (calm < 3) throw new Error('the cells did not finish');
}

// lookAtCells brings each cell into view and says what is drawn in it.
async function lookAtCells() {
  const n = await page.evaluate(() => window.jupyterapp.shell.currentWidget.content.widgets.length);
  const cells = [];
  for (let i = 0; i < n; i++) {
    const mimes = await page.evaluate(async i => {
      const content = window.jupyterapp.shell.currentWidget.content;
      await content.scrollToItem(i, 'start');
      const model = content.widgets[i].model;
      return model.type === 'code' ? model.outputs.toJSON().map(o => o.output_type + ' ' + Object.keys(o.data ?? {}).join(' ')) : [];
    }, i);
    const figure = mimes.some(m => m.includes('vegalite'));
    if (figure) {
      await page.waitForFunction(i => {
        const canvas = window.jupyterapp.shell.currentWidget.content.widgets[i].node.querySelector('.vega-embed canvas, .vega-embed svg');
        return canvas && canvas.getBoundingClientRect().height > 50;
      }, i, { timeout: 20_000 }).catch(() => {});
    }
    cells.push(await page.evaluate(({ i, mimes }) => {
      const w = window.jupyterapp.shell.currentWidget.content.widgets[i];
      const count = selector => w.node.querySelectorAll(selector).length;
      return {
        type: w.model.type, outputs: mimes,
        figures: count('.vega-embed canvas, .vega-embed svg.marks'), images: count('.jp-RenderedImage img'), tables: count('.jp-RenderedHTMLCommon table'),
        text: w.node.querySelector('.jp-OutputArea')?.innerText.slice(0, 200) ?? '',
        width: w.node.querySelector('.vega-embed canvas')?.getBoundingClientRect().width ?? 0,
        overflow: Math.max(0, ...[...w.node.querySelectorAll('.jp-OutputArea-output:has(.vega-embed)')].map(o => o.scrollWidth - o.clientWidth)),
      };
    }, { i, mimes }));
  }
  return cells;
}

// pictures are taken of a table and of figures, wide and narrow.
async function pictures() {
  const table = seen.cells.findIndex(c => c.tables), figure = seen.cells.findIndex(c => c.figures), last = seen.cells.findLastIndex(c => c.figures);
  for (const [size, width] of [['wide', 1280], ['narrow', 480]]) {
    await page.setViewportSize({ width, height: 800 });
    if (width < 800) await page.evaluate(() => window.jupyterapp.commands.execute('application:toggle-left-area'));
    for (const [name, cell] of [['table', table], ['figure', figure], ['last-figure', last]]) {
      for (let twice = 0; twice < 2; twice++) { // cells have other heights in a window of another width
        await page.evaluate(i => window.jupyterapp.shell.currentWidget.content.scrollToItem(i, 'start'), cell);
        await page.waitForTimeout(500);
      }
      await page.evaluate(i => window.jupyterapp.shell.currentWidget.content.widgets[i].node.querySelector('.jp-OutputArea').scrollIntoView(), cell);
      await page.waitForTimeout(200);
      await picture(`${name}-${size}`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.waitForTimeout(500);
}

async function picture(name) {
  await page.screenshot({ path: path.join(options.pictures, name + '.png') });
}

// end brings the notebook's end into view.
async function end() {
  await page.evaluate(() => { const n = window.jupyterapp.shell.currentWidget.content; return n.scrollToItem(n.widgets.length - 1, 'end'); });
  await page.waitForTimeout(300);
}

// addCell puts a cell at the end and types into it.
async function addCell(source) {
  await page.evaluate(async () => {
    const { commands, shell } = window.jupyterapp;
    const content = shell.currentWidget.content;
    content.activeCellIndex = content.widgets.length - 1;
    await commands.execute('notebook:insert-cell-below');
    await content.scrollToItem(content.widgets.length - 1, 'end');
    await commands.execute('notebook:enter-edit-mode');
  });
  await page.waitForTimeout(300);
  await page.keyboard.insertText(source);
}

async function deleteCell() {
  await page.evaluate(async () => {
    const { commands, shell } = window.jupyterapp;
    const content = shell.currentWidget.content;
    content.activeCellIndex = content.widgets.length - 1;
    await commands.execute('notebook:enter-command-mode');
    await commands.execute('notebook:delete-cell');
  });
}
