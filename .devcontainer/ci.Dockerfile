# For CI systems: Go and the flowbook command, its kernel built. From the top of a clone:
#   docker build -f .devcontainer/ci.Dockerfile -t flowbook .
#   docker run --rm -v "$PWD:/work" -w /work flowbook check analysis.ipynb
FROM golang:1.26.5-bookworm AS build
WORKDIR /source
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /flowbook ./tools/flowbook

FROM golang:1.26.5-bookworm
COPY --from=build /flowbook /usr/local/bin/flowbook
ENV CGO_ENABLED=0
# The kernel's programs and the modules that they are built from: nothing is left to fetch for a cell of Go's own library.
RUN flowbook kernel install --user && flowbook doctor
ENTRYPOINT ["flowbook"]
