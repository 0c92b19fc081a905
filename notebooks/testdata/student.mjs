// Answers a notebook in JupyterLab as a student would, and prints what the cells showed, one JSON list of texts, for the Go test that starts it.
//
//   node student.mjs '{"url", "notebook", "answers": {cell id: text}, "chromium", "module": playwright-core's folder, "picture": file}'
import { createRequire } from 'node:module';

const options = JSON.parse(process.argv[2]);
const { chromium } = createRequire(import.meta.url)(options.module);
const browser = await chromium.launch({ executablePath: options.chromium, args: process.getuid() === 0 ? ['--no-sandbox'] : [] });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  await page.goto(`${options.url}lab/tree/${options.notebook}?token=student&reset`);
  const lab = f => page.evaluate(f);
  await page.waitForFunction(() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel, null, { timeout: 120_000 });
  await lab(() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.info);
  for (const [id, text] of Object.entries(options.answers)) {
    await page.evaluate(async id => {
      const content = window.jupyterapp.shell.currentWidget.content;
      const at = content.widgets.findIndex(w => w.model.id === id);
      content.activeCellIndex = at;
      await content.scrollToItem(at, 'start');
      await window.jupyterapp.commands.execute('notebook:enter-edit-mode');
    }, id);
    await page.waitForTimeout(500);
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(text);
  }
  await lab(() => window.jupyterapp.commands.execute('notebook:run-all-cells'));
  await page.waitForTimeout(1000);
  for (let calm = 0, end = Date.now() + 300_000; calm < 5; await page.waitForTimeout(200)) {
    if (Date.now() > end) throw new Error('the cells did not finish');
    const busy = await lab(() => {
      const panel = window.jupyterapp.shell.currentWidget;
      const waiting = [...panel.model.cells].some(c => c.type === 'code' && c.executionState !== undefined && c.executionState !== 'idle');
      return waiting || panel.sessionContext.session?.kernel?.status !== 'idle';
    });
    calm = busy ? 0 : calm + 1;
  }
  const texts = await lab(() => window.jupyterapp.shell.currentWidget.content.widgets.filter(w => w.model.type === 'code')
    .map(w => w.model.outputs.toJSON().map(o => [o.text ?? o.ename ?? ''].flat().join('')).join('')));
  await page.screenshot({ path: options.picture });
  await lab(() => window.jupyterapp.shell.currentWidget.context.save());
  process.stdout.write(JSON.stringify(texts));
} finally {
  await browser.close();
}
