"""A catalogue model with random weights, which takes as long as a trained one, for `genarch measure --candidate`.

What is run for an image are the passes, each with a batch of two where the model is guided, and the decoder. Text
encoders and schedulers are not: they are a small part of the time. torch and diffusers come with the extra `gpu`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from genarch.errors import GenarchError
from genarch.evidence.catalogue import Catalogue
from genarch.evidence.entries import Model
from genarch.files.cache import rules_folder
from genarch.values import NamedTuple

_F8 = 8
"""Pixels of a side that one of a latent stands for."""


class Network(NamedTuple):
    """A network by its published configuration."""

    class_: str
    source: str
    text: int
    """Tokens of a prompt."""
    config: Mapping[str, Any]


class Candidate(NamedTuple):
    """What an image takes: networks by their names, and how often the first is run."""

    model: str
    passes: str
    decoder: str | None
    steps: int
    guided: bool


def networks() -> Mapping[str, Network]:
    """The configurations that come with genarch, by the component of the catalogue that they are."""
    with open(os.path.join(rules_folder(), "candidates", "networks.json"), encoding="utf-8") as file:
        found = json.load(file)["networks"]
    return {name: Network(one["class"], one["source"], one["text"], one["config"]) for name, one in found.items()}


def candidates(catalogue: Catalogue) -> Mapping[str, Candidate]:
    """The models of which all that an image takes is known by its configuration."""
    known = networks()
    every = (_candidate(model) for model in catalogue.models.values() if model.work)
    return {one.model: one for one in every if one.passes in known and (one.decoder is None or one.decoder in known)}


def _candidate(model: Model) -> Candidate:
    work = model.work
    assert work  # noqa: S101  (looked at before)
    return Candidate(model.id, work.passes, work.decoder, work.steps, work.guided)


def command_for(model: str, side: int, steps: int | None, catalogue: Catalogue, *, compiled: bool) -> list[str]:
    """The command that answers requests with images of a candidate.

    Raises:
        GenarchError: when there is no configuration of the model, or a library is missing.
    """
    found = candidates(catalogue)
    if catalogue.model(model).id not in found:
        raise GenarchError(f"there is no configuration of '{model}'; choose one of: {', '.join(found)}")
    if missing := [name for name in ("torch", "diffusers") if not find_spec(name)]:
        named = " and ".join(missing)
        raise GenarchError(f"--candidate needs {named}; install with: pip install {' '.join(missing)} (the extra gpu)")
    one = found[catalogue.model(model).id]
    options = {"passes": one.passes, "decoder": one.decoder, "steps": steps or one.steps, "guided": one.guided}
    words = json.dumps({**options, "side": side, "compiled": compiled})
    return [sys.executable, "-m", "genarch.measure.candidate", words]


def main(words: str) -> None:
    """Answer requests with the images that the words describe."""
    import torch

    from genarch.measure import loop

    asked, known = json.loads(words), networks()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    decoder = known[asked["decoder"]] if asked["decoder"] else None
    image = maker(
        known[asked["passes"]], decoder, asked["steps"], asked["side"], guided=asked["guided"], device=device,
        compiled=asked["compiled"],
    )  # fmt: skip
    loop(lambda _: image())


def maker(
    passes: Network,
    decoder: Network | None,
    steps: int,
    side: int,
    *,
    guided: bool,
    device: str = "cpu",
    compiled: bool = False,
) -> Callable[[], Any]:
    """What makes an image, and returns it when it is on the processor."""
    import torch

    kind = torch.float16 if device == "cuda" else torch.float32
    network = built(passes.class_, passes.config, device, kind)
    if passes.class_ == "StyleGan2":
        noise = torch.randn(1, passes.config["z_dim"], device=device, dtype=kind)
        synthesis = torch.compile(network) if compiled else network

        def generated() -> Any:
            with torch.inference_mode():
                return synthesis(noise, side).cpu()

        return generated
    channels, batch = passes.config["in_channels"], 2 if guided else 1
    config = {**decoder.config, "latent_channels": channels} if decoder else {}
    decode = built(decoder.class_, config, device, kind).decode if decoder else None
    latent = torch.randn(1, channels, side // _F8, side // _F8, device=device, dtype=kind)
    given = inputs(passes, batch, device, kind)
    run = torch.compile(network) if compiled else network

    def denoised() -> Any:
        with torch.inference_mode():
            now = latent
            for step in range(steps):
                at = torch.full((batch,), 999 - step, device=device)
                sample = torch.cat([now] * batch)
                taken = run(sample, timestep=at, return_dict=False, **given)[0]
                now = now - 0.01 * taken[:1, :channels]
            return (decode(now, return_dict=False)[0] if decode else now).cpu()

    return denoised


def inputs(passes: Network, batch: int, device: str, kind: Any) -> dict[str, Any]:
    """What a pass takes beside the latent and the time: random, but of the right shape."""
    import torch

    config = passes.config

    def random(*shape: int) -> Any:
        return torch.randn(batch, *shape, device=device, dtype=kind)

    if passes.class_ == "SD3Transformer2DModel":
        text = random(passes.text, config["joint_attention_dim"])
        return {"encoder_hidden_states": text, "pooled_projections": random(config["pooled_projection_dim"])}
    if passes.class_ == "PixArtTransformer2DModel":
        none = {"resolution": None, "aspect_ratio": None}
        return {"encoder_hidden_states": random(passes.text, config["caption_channels"]), "added_cond_kwargs": none}
    given = {"encoder_hidden_states": random(passes.text, config["cross_attention_dim"])}
    if config.get("addition_embed_type") == "text_time":
        pooled = config["projection_class_embeddings_input_dim"] - 6 * config["addition_time_embed_dim"]
        return {**given, "added_cond_kwargs": {"text_embeds": random(pooled), "time_ids": random(6)}}
    return given


def built(name: str, config: Mapping[str, Any], device: str, kind: Any) -> Any:
    """A network of a class, with random weights."""
    import torch

    if name == "StyleGan2":
        from genarch.measure.stylegan import StyleGan2

        make: Callable[..., Any] = StyleGan2
    else:
        import diffusers

        make = getattr(diffusers, name)
    before = torch.get_default_dtype()
    torch.set_default_dtype(kind)
    try:
        with torch.device(device):
            network = make(**config)
    finally:
        torch.set_default_dtype(before)
    return network.to(device, kind).eval()


if __name__ == "__main__":
    main(sys.argv[1])
