"""A tiny image generator with random weights, to try `genarch measure` with. It needs Python alone.

python3 generator.py            makes an image and ends
python3 generator.py --loop     loads once, and makes an image for each line that genarch sends
python3 generator.py --serve N  makes an image for each request to http://localhost:N/generate
"""

from __future__ import annotations

import sys
from random import Random

CHANNELS, SIZE = 1, 32
Layer = list[list[list[float]]]


def weights(seed: int) -> Layer:
    """A 3 x 3 convolution from each channel to each channel."""
    chance = Random(seed)
    return [[[chance.gauss(0, 0.3) for _ in range(9)] for _ in range(CHANNELS)] for _ in range(CHANNELS)]


LAYERS = [weights(seed) for seed in range(3)]


def generate(seed: int) -> bytes:
    """A grey image in the format PGM: noise that is enlarged and convolved, three times."""
    chance, side = Random(seed), SIZE // 8
    image = [[[chance.gauss(0, 1) for _ in range(side)] for _ in range(side)] for _ in range(CHANNELS)]
    for layer in LAYERS:
        image = [[[value for value in row for _ in "ab"] for row in channel for _ in "ab"] for channel in image]
        image = [convolved(image, kernels) for kernels in layer]
    pixels = bytes(max(0, min(255, int(128 + 40 * value))) for row in image[0] for value in row)
    return b"P5 %d %d 255\n" % (SIZE, SIZE) + pixels


def convolved(image: Layer, kernels: list[list[float]]) -> list[list[float]]:
    """The sum of all channels, each by its kernel, without what is below zero by much."""
    side = len(image[0])
    found = [[0.0] * side for _ in range(side)]
    for channel, kernel in zip(image, kernels, strict=True):
        for y in range(side):
            for x in range(side):
                found[y][x] += sum(
                    channel[(y + at // 3 - 1) % side][(x + at % 3 - 1) % side] * weight
                    for at, weight in enumerate(kernel)
                )
    return [[value if value > 0 else 0.2 * value for value in row] for row in found]


def answer() -> None:
    """Make an image for each line; `genarch.measure.loop` does this where genarch is installed beside the model."""
    print("ready", flush=True)
    for line in sys.stdin:
        number, _, seed = line.rstrip("\n").partition(" ")
        generate(int(seed or 0))
        print("done", number, flush=True)


def serve(port: int) -> None:
    """Make an image for each request; its body is the seed."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer  # takes longer than an image

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seed = int(self.rfile.read(int(self.headers.get("Content-Length", "0"))) or b"0")
            image = generate(seed)
            self.send_response(200)
            self.send_header("Content-Type", "image/x-portable-graymap")
            self.send_header("Content-Length", str(len(image)))
            self.end_headers()
            self.wfile.write(image)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("localhost", port), Handler)
    print(f"http://localhost:{server.server_port}/generate", file=sys.stderr, flush=True)
    server.serve_forever()


def main() -> None:
    """Make one image, or as many as are asked for."""
    if "--loop" in sys.argv:
        answer()
    elif "--serve" in sys.argv:
        serve(int(sys.argv[-1]))
    else:
        sys.stdout.buffer.write(generate(0))


if __name__ == "__main__":
    main()
