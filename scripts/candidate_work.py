"""Count the work of the candidates' networks beside that of the catalogue; it takes torch and diffusers."""

from __future__ import annotations

import torch
from torch.utils.flop_counter import FlopCounterMode

from genarch import load_catalogue
from genarch.evidence.estimates import gmac
from genarch.measure.candidate import Network, built, inputs, networks

SIDE = {"sdxl-unet": 1024, "pixart-dit": 1024, "sd3-medium-mmdit": 1024, "stylegan2": 1024}


def counted(network: Network, side: int) -> float:
    """10^9 multiply-accumulates of a pass, attention among them; no weight is made."""
    made = built(network.class_, network.config, "meta", torch.float32)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        if network.class_ == "StyleGan2":
            made(torch.randn(1, 512, device="meta"), side)
        elif network.class_.startswith("Autoencoder"):
            made.decode(torch.randn(1, 4, side // 8, side // 8, device="meta"))
        else:
            latent = torch.randn(1, network.config["in_channels"], side // 8, side // 8, device="meta")
            given = inputs(network, 1, "meta", torch.float32)
            made(latent, timestep=torch.full((1,), 5, device="meta"), return_dict=False, **given)
    return float(counter.get_total_flops()) / 2e9


def main() -> None:
    catalogue = load_catalogue()
    print("| network | size | counted | catalogue | ratio |\n| --- | ---: | ---: | ---: | ---: |")
    for name, network in networks().items():
        side = SIDE.get(name, 512)
        here, there = counted(network, side), gmac(catalogue.components[name], side * side)
        print(f"| {name} | {side} px | {here:.0f} | {there:.0f} | {here / there:.2f} |")


if __name__ == "__main__":
    main()
