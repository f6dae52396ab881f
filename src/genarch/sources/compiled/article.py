"""The table `article`, validated. Made by `make generate` from rules/; do not edit."""

from genarch.model.conditions import All, Any, Not, Test
from genarch.model.table import (
    Source,
    Statement,
    Risk,
    Family,
    Architecture,
    Examples,
    Rule,
    Method,
    Notice,
    Assumption,
    Question,
    Disabled,
    Ratio,
    Header,
    RuleTable,
)

FILES = ("article.yaml",)
TABLE = RuleTable(
    architectures=(
        Architecture(
            id="gan",
            family="gan",
            title="GAN",
            summary="One pass through a generator. Fastest at serving, sharp in a domain it has learned, hard to train.",
            maturity="proven",
            source=Source(facts=("B1",), section="How do GANs generate images?", grade="published_report"),
            figures=(
                Statement(
                    text="One forward pass from a latent vector of 128 to 512 dimensions.",
                    source=Source(
                        facts=("B1",), section="How do GANs generate images?", grade="published_report"
                    ),
                ),
                Statement(
                    text="StyleGAN3 at 1024 px takes about 25 ms on an A100, by the article's account.",
                    source=Source(
                        facts=("B1",), section="How do GANs generate images?", grade="published_report"
                    ),
                ),
                Statement(
                    text="A single pass is some 10 to 100 times faster than iterative denoising.",
                    source=Source(
                        facts=("B4",), section="Where each architecture wins", grade="observed_range"
                    ),
                ),
                Statement(
                    text="In theory the discriminator ends up right half of the time; a way to picture convergence, not a target.",
                    source=Source(
                        facts=("B5",), section="How do GANs generate images?", grade="expert_judgement"
                    ),
                ),
            ),
            strengths=(
                Statement(
                    text="Serving speed, for interactive editing, video frames, augmentation during training and live style transfer.",
                    source=Source(
                        facts=("C3",), section="Where each architecture wins", grade="expert_judgement"
                    ),
                ),
                Statement(
                    text="Sharp, consistent detail in a domain it was trained on (faces, cars, churches, one art style).",
                    source=Source(
                        facts=("C5",), section="Where each architecture wins", grade="expert_judgement"
                    ),
                ),
                Statement(
                    text="Still the common choice in production where images are due in under 100 ms (a directional figure).",
                    source=Source(
                        facts=("A3",),
                        section="Two architectures, different trade-offs",
                        grade="published_report",
                    ),
                ),
            ),
            risks=(
                Risk(
                    risk="Mode collapse, where the generator covers only part of what it should.",
                    mitigation="Track diversity (recall, or distances between samples) beside quality, and keep early checkpoints.",
                    source=Source(
                        facts=("C1",), section="How do GANs generate images?", grade="expert_judgement"
                    ),
                ),
                Risk(
                    risk="A discriminator that grows too strong stops the generator from learning.",
                    mitigation="Watch the discriminator's accuracy on held-out images; regularise it or augment its input when it rises.",
                    source=Source(
                        facts=("C1",), section="How do GANs generate images?", grade="expert_judgement"
                    ),
                ),
                Risk(
                    risk="Learning rate, architecture, batch size and regularisation act on one another; good settings do not carry over.",
                    mitigation="Start from published settings for a data set of like size and resolution, and change one at a time.",
                    source=Source(
                        facts=("C1",), section="How do GANs generate images?", grade="expert_judgement"
                    ),
                ),
                Risk(
                    risk="Failure tends to be sudden, and a run that does not converge leaves nothing to use.",
                    mitigation="Budget for several runs, stop on sample quality, and have someone who has trained a GAN before.",
                    source=Source(
                        facts=("C1", "C6"), section="How do GANs generate images?", grade="expert_judgement"
                    ),
                ),
            ),
        ),
        Architecture(
            id="diffusion",
            family="diffusion",
            title="Diffusion (multi-step)",
            summary="Some 20 to 50 denoising steps. Diverse and steerable, stable to train and to fine-tune, slow at serving.",
            maturity="proven",
            source=Source(facts=("B2",), section="How diffusion models generate", grade="published_report"),
            figures=(
                Statement(
                    text="20 to 50 denoising steps as a rule, each a forward pass.",
                    source=Source(
                        facts=("B2",), section="How diffusion models generate", grade="published_report"
                    ),
                ),
                Statement(
                    text="SDXL at 1024 px takes 3 to 8 s on a consumer GPU and 0.5 to 2 s on an A100 with optimised inference.",
                    source=Source(
                        facts=("B2",), section="How diffusion models generate", grade="published_report"
                    ),
                ),
                Statement(
                    text="DDIM, DPM-Solver and Euler samplers bring 50 steps down to 15 to 25; several passes remain.",
                    source=Source(
                        facts=("B3",), section="How diffusion models generate", grade="published_report"
                    ),
                ),
                Statement(
                    text="More than 70 % of new papers on generating images in 2024 were on diffusion (a directional figure).",
                    source=Source(
                        facts=("A3",),
                        section="Two architectures, different trade-offs",
                        grade="published_report",
                    ),
                ),
            ),
            strengths=(
                Statement(
                    text="Trains stably on a regression loss without an adversary; the loss follows quality, and progress is steady.",
                    source=Source(
                        facts=("C2",), section="How diffusion models generate", grade="expert_judgement"
                    ),
                ),
                Statement(
                    text="Diversity and control, from text, images, masks and regions, with guidance to trade one for the other.",
                    source=Source(
                        facts=("C4",), section="Where each architecture wins", grade="expert_judgement"
                    ),
                ),
                Statement(
                    text="Ordinary supervised training, within reach of a team that has never trained a GAN.",
                    source=Source(
                        facts=("C6",), section="Where each architecture wins", grade="expert_judgement"
                    ),
                ),
            ),
            risks=(
                Risk(
                    risk="Several passes for each image, so latency and serving cost are a multiple of a single pass.",
                    mitigation="Fix the number of steps by measurement on the target hardware, with a fast sampler and a compiled model.",
                    source=Source(
                        facts=("B2", "B3", "B4"),
                        section="How diffusion models generate",
                        grade="observed_range",
                    ),
                ),
                Risk(
                    risk="Slightly softer detail than a GAN has in a narrow domain, though the gap has narrowed much.",
                    mitigation="Compare at the output size on your own images before trading control for sharpness.",
                    source=Source(
                        facts=("C5",), section="Where each architecture wins", grade="expert_judgement"
                    ),
                ),
            ),
        ),
        Architecture(
            id="consistency",
            family="hybrid",
            title="Consistency model",
            summary="A diffusion model distilled to one or a few steps. Close to a GAN in speed, to diffusion in training.",
            maturity="emerging",
            source=Source(facts=("F1",), section="Hybrid architectures", grade="expert_judgement"),
            figures=(
                Statement(
                    text="One step where its teacher takes dozens; quality between a one-step GAN and many-step diffusion.",
                    source=Source(facts=("F1",), section="Hybrid architectures", grade="expert_judgement"),
                ),
            ),
            strengths=(
                Statement(
                    text="Speed like a GAN's from training as stable as diffusion's.",
                    source=Source(facts=("F1",), section="Hybrid architectures", grade="expert_judgement"),
                ),
            ),
            risks=(
                Risk(
                    risk="Quality below its many-step teacher's, though the gap narrows.",
                    mitigation="Compare one, two and four steps with the teacher on your own prompts or inputs.",
                    source=Source(facts=("F1",), section="Hybrid architectures", grade="expert_judgement"),
                ),
            ),
        ),
        Architecture(
            id="gan_enhanced_diffusion",
            family="hybrid",
            title="GAN-enhanced diffusion",
            summary="Diffusion with a discriminator as one more training signal. Sharper, and still stable to train.",
            maturity="emerging",
            source=Source(facts=("F2",), section="Hybrid architectures", grade="expert_judgement"),
            figures=(),
            strengths=(
                Statement(
                    text="Sharper output without giving up diffusion's stability in training.",
                    source=Source(facts=("F2",), section="Hybrid architectures", grade="expert_judgement"),
                ),
            ),
            risks=(
                Risk(
                    risk="Serving still takes several steps, and training now has a discriminator to balance.",
                    mitigation="Start from a converged diffusion model, and keep the adversarial term's weight low at first.",
                    source=Source(
                        facts=("F2", "B2"), section="Hybrid architectures", grade="expert_judgement"
                    ),
                ),
            ),
        ),
        Architecture(
            id="latent_diffusion_gan_decoder",
            family="hybrid",
            title="Latent diffusion with a GAN decoder",
            summary="Diffusion in a compressed latent space, with a GAN-trained decoder to pixels. Control and sharpness.",
            maturity="emerging",
            source=Source(facts=("F3",), section="Hybrid architectures", grade="expert_judgement"),
            figures=(),
            strengths=(
                Statement(
                    text="Diffusion's control in the latent space, a GAN's sharpness in the decoder.",
                    source=Source(facts=("F3",), section="Hybrid architectures", grade="expert_judgement"),
                ),
            ),
            risks=(
                Risk(
                    risk="Two parts to train and keep in step; detail that the latent space loses, the decoder invents.",
                    mitigation="Measure the decoder alone by reconstruction before training the diffusion part.",
                    source=Source(facts=("F3",), section="Hybrid architectures", grade="expert_judgement"),
                ),
            ),
        ),
    ),
    assumptions=(
        Assumption(
            id="realtime-means-under-100-ms",
            title="Real time without a figure is taken as under 100 ms",
            when=Test(constraint="serving", operator="is", operand=("realtime",)),
            constraint="latency_budget_ms",
            below=100,
            message="No budget is stated, so real-time serving is taken as a budget under 100 ms. State latency_budget_ms to decide by the figure.",
            source=Source(
                facts=("G8", "D1", "E1"),
                section="Choosing by deployment constraint",
                grade="expert_judgement",
            ),
            examples=Examples(hit=({"serving": "realtime"},), miss=({"serving": "batch"},)),
            replaces="",
        ),
    ),
    disabled=(),
    families=(
        Family(
            id="gan",
            title="GAN",
            summary="A generator trained against a discriminator; one forward pass makes an image.",
        ),
        Family(
            id="diffusion",
            title="Diffusion",
            summary="A denoiser applied step by step to noise; steerable at each step, stable to train.",
        ),
        Family(
            id="hybrid",
            title="Hybrid",
            summary="Parts of both, to keep the control or stability of diffusion and the speed or sharpness of a GAN.",
        ),
    ),
    header=Header(
        id="article",
        version="1.0.0",
        title="GAN or diffusion: the deployment constraints that decide",
        source=Source(
            facts=("A1", "A2", "G10"),
            section="Two architectures, different trade-offs",
            grade="expert_judgement",
        ),
        source_title="GAN vs Diffusion Model: Architecture Differences That Matter for Deployment, TechnoLynx, 23 April 2026",
        points={"slight": 1, "moderate": 2, "strong": 3},
        close_call=Ratio(numerator=15, denominator=100),
        digest="sha256:337256989c285d1200eb814d899bad38303811b1c79179aa23f9088d59420e76",
        extends="",
    ),
    methods=(
        Method(
            id="stylegan",
            title="StyleGAN",
            architectures=("gan",),
            when=Test(constraint="domain", operator="is", operand=("narrow",)),
            because="The reference GAN for one fixed subject, such as faces, cars, churches or an art style.",
            source=Source(
                facts=("D4", "E4", "C5"), section="The deployment decision", grade="expert_judgement"
            ),
            examples=Examples(hit=({"domain": "narrow"},), miss=({"domain": "broad"},)),
            replaces="",
        ),
        Method(
            id="pix2pix",
            title="pix2pix",
            architectures=("gan",),
            when=All(
                parts=(
                    Test(constraint="task", operator="is", operand=("image_to_image",)),
                    Test(constraint="paired_data", operator="is", operand=(True,)),
                )
            ),
            because="Learns a translation from input-output pairs.",
            source=Source(facts=("D8",), section="The deployment decision", grade="expert_judgement"),
            examples=Examples(
                hit=({"task": "image_to_image", "paired_data": True},),
                miss=({"task": "image_to_image", "paired_data": False},),
            ),
            replaces="",
        ),
        Method(
            id="cyclegan",
            title="CycleGAN",
            architectures=("gan",),
            when=All(
                parts=(
                    Test(constraint="task", operator="is", operand=("image_to_image",)),
                    Test(constraint="paired_data", operator="is", operand=(False,)),
                )
            ),
            because="Learns a translation from two sets of images without pairs.",
            source=Source(facts=("D8",), section="The deployment decision", grade="expert_judgement"),
            examples=Examples(
                hit=({"task": "image_to_image", "paired_data": False},),
                miss=({"task": "image_to_image", "paired_data": True},),
            ),
            replaces="",
        ),
        Method(
            id="fast-samplers",
            title="DDIM, DPM-Solver or Euler sampling",
            architectures=("diffusion", "gan_enhanced_diffusion", "latent_diffusion_gan_decoder"),
            when=All(parts=()),
            because="Bring 50 steps down to 15 to 25 without retraining.",
            source=Source(facts=("B3",), section="How diffusion models generate", grade="published_report"),
            examples=Examples(hit=(), miss=()),
            replaces="",
        ),
        Method(
            id="text-encoder",
            title="CLIP or T5 text encoder",
            architectures=(
                "diffusion",
                "consistency",
                "gan_enhanced_diffusion",
                "latent_diffusion_gan_decoder",
            ),
            when=Test(constraint="conditioning", operator="any_of", operand=("text",)),
            because="Turns the prompt into the embedding that guides each step.",
            source=Source(facts=("C4",), section="Where each architecture wins", grade="expert_judgement"),
            examples=Examples(
                hit=({"conditioning": frozenset({"text"})},), miss=({"conditioning": frozenset({"mask"})},)
            ),
            replaces="",
        ),
        Method(
            id="classifier-free-guidance",
            title="Classifier-free guidance",
            architectures=("diffusion", "gan_enhanced_diffusion", "latent_diffusion_gan_decoder"),
            when=Test(constraint="conditioning", operator="any_of", operand=("text", "class_label")),
            because="One setting that trades diversity for adherence to the condition.",
            source=Source(
                facts=("C4", "E3"), section="Where each architecture wins", grade="expert_judgement"
            ),
            examples=Examples(
                hit=({"conditioning": frozenset({"class_label"})},), miss=({"conditioning": frozenset()},)
            ),
            replaces="",
        ),
        Method(
            id="controlnet",
            title="ControlNet",
            architectures=(
                "diffusion",
                "consistency",
                "gan_enhanced_diffusion",
                "latent_diffusion_gan_decoder",
            ),
            when=Any(
                parts=(
                    Test(constraint="conditioning", operator="any_of", operand=("spatial_layout", "pose")),
                    Test(constraint="task", operator="is", operand=("image_to_image",)),
                )
            ),
            because="Adds a layout, a pose or an input image as a condition to a trained model.",
            source=Source(
                facts=("C4", "D8", "E3"), section="Where each architecture wins", grade="expert_judgement"
            ),
            examples=Examples(
                hit=({"conditioning": frozenset({"pose"})}, {"task": "image_to_image"}),
                miss=({"task": "text_to_image", "conditioning": frozenset({"text"})},),
            ),
            replaces="",
        ),
        Method(
            id="ip-adapter",
            title="IP-Adapter",
            architectures=(
                "diffusion",
                "consistency",
                "gan_enhanced_diffusion",
                "latent_diffusion_gan_decoder",
            ),
            when=Test(constraint="conditioning", operator="any_of", operand=("reference_image",)),
            because="Lets a reference image steer content or style beside the prompt.",
            source=Source(
                facts=("C4", "E3"), section="Where each architecture wins", grade="expert_judgement"
            ),
            examples=Examples(
                hit=({"conditioning": frozenset({"reference_image"})},),
                miss=({"conditioning": frozenset({"text"})},),
            ),
            replaces="",
        ),
        Method(
            id="regional-guidance",
            title="Inpainting, outpainting and regional prompts",
            architectures=(
                "diffusion",
                "consistency",
                "gan_enhanced_diffusion",
                "latent_diffusion_gan_decoder",
            ),
            when=Any(
                parts=(
                    Test(constraint="task", operator="is", operand=("inpainting",)),
                    Test(constraint="conditioning", operator="any_of", operand=("mask",)),
                )
            ),
            because="Confine the change to a region and leave the rest as it is.",
            source=Source(facts=("C4",), section="Where each architecture wins", grade="expert_judgement"),
            examples=Examples(
                hit=({"task": "inpainting"},), miss=({"task": "style_transfer", "conditioning": frozenset()},)
            ),
            replaces="",
        ),
        Method(
            id="lora",
            title="LoRA",
            architectures=(
                "diffusion",
                "consistency",
                "gan_enhanced_diffusion",
                "latent_diffusion_gan_decoder",
            ),
            when=Test(constraint="training", operator="is", operand=("fine_tune",)),
            because="Fine-tunes a small set of added weights; cheap, and easy to undo.",
            source=Source(
                facts=("C2", "E5"), section="How diffusion models generate", grade="expert_judgement"
            ),
            examples=Examples(hit=({"training": "fine_tune"},), miss=({"training": "from_scratch"},)),
            replaces="",
        ),
        Method(
            id="dreambooth",
            title="DreamBooth",
            architectures=("diffusion", "gan_enhanced_diffusion", "latent_diffusion_gan_decoder"),
            when=Any(
                parts=(
                    Test(constraint="task", operator="is", operand=("subject_driven",)),
                    All(
                        parts=(
                            Test(constraint="training", operator="is", operand=("fine_tune",)),
                            Test(constraint="conditioning", operator="any_of", operand=("reference_image",)),
                        )
                    ),
                )
            ),
            because="Teaches a model one subject from a handful of images.",
            source=Source(
                facts=("C2", "E5", "C4"), section="How diffusion models generate", grade="expert_judgement"
            ),
            examples=Examples(
                hit=({"task": "subject_driven"},), miss=({"task": "text_to_image", "training": "pretrained"},)
            ),
            replaces="",
        ),
        Method(
            id="textual-inversion",
            title="Textual inversion",
            architectures=("diffusion", "gan_enhanced_diffusion", "latent_diffusion_gan_decoder"),
            when=All(
                parts=(
                    Test(constraint="task", operator="is", operand=("subject_driven",)),
                    Test(constraint="training", operator="is", operand=("fine_tune",)),
                )
            ),
            because="Learns one new word for a subject and leaves the model's weights alone.",
            source=Source(facts=("C2",), section="How diffusion models generate", grade="expert_judgement"),
            examples=Examples(
                hit=({"task": "subject_driven", "training": "fine_tune"},),
                miss=({"task": "subject_driven", "training": "pretrained"},),
            ),
            replaces="",
        ),
        Method(
            id="consistency-distillation",
            title="Consistency distillation",
            architectures=("consistency",),
            when=All(parts=()),
            because="Distils a trained diffusion model into one or a few steps (Song et al., 2023).",
            source=Source(facts=("F1",), section="Hybrid architectures", grade="published_report"),
            examples=Examples(hit=(), miss=()),
            replaces="",
        ),
        Method(
            id="adversarial-loss-term",
            title="A discriminator loss on a diffusion model",
            architectures=("gan_enhanced_diffusion",),
            when=All(parts=()),
            because="Adds a discriminator's verdict to the denoising loss as a further training signal.",
            source=Source(facts=("F2",), section="Hybrid architectures", grade="expert_judgement"),
            examples=Examples(hit=(), miss=()),
            replaces="",
        ),
        Method(
            id="gan-trained-decoder",
            title="A GAN-trained latent decoder",
            architectures=("latent_diffusion_gan_decoder",),
            when=All(parts=()),
            because="Trains the decoder from latents to pixels against a discriminator; some Stable Diffusion variants do.",
            source=Source(facts=("F3",), section="Hybrid architectures", grade="expert_judgement"),
            examples=Examples(hit=(), miss=()),
            replaces="",
        ),
    ),
    notices=(
        Notice(
            id="no-latency-cue-from-100-ms-to-1-s",
            level="note",
            title="The article has no cue between 100 ms and 1 s",
            when=All(
                parts=(
                    Test(constraint="latency_budget_ms", operator="at_least", operand=(100,)),
                    Test(constraint="latency_budget_ms", operator="below", operand=(1000,)),
                )
            ),
            message="The article says nothing of budgets from 100 ms to 1 s, so no latency rule fires and the other constraints decide.",
            source=Source(
                facts=("G3",), section="Choosing by deployment constraint", grade="expert_judgement"
            ),
            about=(),
            examples=Examples(
                hit=({"latency_budget_ms": 100}, {"latency_budget_ms": 999}),
                miss=({"latency_budget_ms": 99}, {"latency_budget_ms": 1000}),
            ),
            replaces="",
        ),
        Notice(
            id="two-limits-for-real-time",
            level="note",
            title="Both limits for real time are counted",
            when=Test(constraint="latency_budget_ms", operator="below", operand=(50,)),
            message="The article has one limit at 50 ms and one at 100 ms. This budget meets both, and both count.",
            source=Source(facts=("G1",), section="The deployment decision", grade="planning_heuristic"),
            about=(),
            examples=Examples(hit=({"latency_budget_ms": 20},), miss=({"latency_budget_ms": 60},)),
            replaces="",
        ),
        Notice(
            id="waiting-implies-quality",
            level="note",
            title="Serving that may wait is read as quality over speed",
            when=All(
                parts=(
                    Test(constraint="serving", operator="any_of", operand=("batch", "near_realtime")),
                    Test(constraint="priorities", operator="none_of", operand=("speed",)),
                )
            ),
            message="Batch or near-real-time serving counts as quality over speed, because speed is not among the priorities.",
            source=Source(
                facts=("G9",), section="Choosing by deployment constraint", grade="expert_judgement"
            ),
            about=(),
            examples=Examples(
                hit=({"serving": "batch", "priorities": frozenset()},),
                miss=({"serving": "batch", "priorities": frozenset({"speed"})},),
            ),
            replaces="",
        ),
        Notice(
            id="conditioning-decides-editing",
            level="note",
            title="What steers an edit decides the side",
            when=Test(constraint="task", operator="is", operand=("image_editing",)),
            message="Interactive editing is on the GAN's side, editing by instruction on diffusion's. Whether text is among the conditioning decides.",
            source=Source(facts=("G6",), section="Where each architecture wins", grade="expert_judgement"),
            about=(),
            examples=Examples(hit=({"task": "image_editing"},), miss=({"task": "inpainting"},)),
            replaces="",
        ),
        Notice(
            id="quality-does-not-separate",
            level="note",
            title="Quality alone does not separate the families",
            when=Test(constraint="priorities", operator="any_of", operand=("quality",)),
            message="Both families reach high quality when trained well, so the priority 'quality' gives no points by itself.",
            source=Source(
                facts=("A1",), section="Two architectures, different trade-offs", grade="expert_judgement"
            ),
            about=(),
            examples=Examples(
                hit=({"priorities": frozenset({"quality"})},),
                miss=({"priorities": frozenset({"diversity"})},),
            ),
            replaces="",
        ),
        Notice(
            id="commit-only-after-a-comparison",
            level="warning",
            title="The choice is hard to reverse",
            when=All(parts=()),
            message="An architecture is hard to change once trained and integrated. Settle the open question by a trial, cost of serving included, before committing.",
            source=Source(
                facts=("A4",), section="Choosing by deployment constraint", grade="expert_judgement"
            ),
            about=("evaluate_both", "undetermined"),
            examples=Examples(hit=(), miss=()),
            replaces="",
        ),
        Notice(
            id="hybrids-are-emerging",
            level="warning",
            title="Hybrids are emerging, not standard practice",
            when=All(parts=()),
            message="A hybrid is not standard practice yet. Plan for thinner tooling and fewer people who have run one.",
            source=Source(
                facts=("G7", "F1", "F2", "F3"), section="Hybrid architectures", grade="expert_judgement"
            ),
            about=("hybrid",),
            examples=Examples(hit=(), miss=()),
            replaces="",
        ),
        Notice(
            id="distillation-under-100-ms-is-disputed",
            level="warning",
            title="The article says two things of distilled models under 100 ms",
            when=Test(constraint="latency_budget_ms", operator="below", operand=(100,)),
            message="One passage says that diffusion misses 100 ms even when distilled, another that consistency models reach a GAN's speed. Measure the budget on the target hardware.",
            source=Source(
                facts=("G2", "E1", "F1"), section="Hybrid architectures", grade="planning_heuristic"
            ),
            about=("consistency",),
            examples=Examples(hit=({"latency_budget_ms": 80},), miss=({"latency_budget_ms": 100},)),
            replaces="",
        ),
        Notice(
            id="narrow-domain-and-limited-expertise-pull-apart",
            level="warning",
            title="A narrow domain and a team new to GANs pull apart",
            when=All(
                parts=(
                    Test(constraint="domain", operator="is", operand=("narrow",)),
                    Test(constraint="team_expertise", operator="is", operand=("limited",)),
                )
            ),
            message="The domain speaks for a GAN, the team's experience for diffusion, and the article does not rank the two.",
            source=Source(
                facts=("G5", "E4", "E5"),
                section="Choosing by deployment constraint",
                grade="expert_judgement",
            ),
            about=(),
            examples=Examples(
                hit=({"domain": "narrow", "team_expertise": "limited"},),
                miss=({"domain": "narrow", "team_expertise": "experienced"},),
            ),
            replaces="",
        ),
        Notice(
            id="inconsistent-realtime-budget",
            level="inconsistency",
            title="Real-time serving, but a budget that is not real time",
            when=All(
                parts=(
                    Test(constraint="serving", operator="is", operand=("realtime",)),
                    Test(constraint="latency_budget_ms", operator="at_least", operand=(100,)),
                )
            ),
            message="'serving: realtime' means under 100 ms here, and the stated budget is longer. The budget decides; correct one of the two.",
            source=Source(
                facts=("G8",), section="Choosing by deployment constraint", grade="expert_judgement"
            ),
            about=(),
            examples=Examples(
                hit=({"latency_budget_ms": 5000, "serving": "realtime"},),
                miss=({"latency_budget_ms": 50, "serving": "realtime"},),
            ),
            replaces="",
        ),
        Notice(
            id="inconsistent-text-to-image-without-text",
            level="inconsistency",
            title="Text to image, but text does not steer",
            when=All(
                parts=(
                    Test(constraint="task", operator="is", operand=("text_to_image",)),
                    Test(constraint="conditioning", operator="none_of", operand=("text",)),
                )
            ),
            message="'task: text_to_image' is steered by text, which the stated conditioning leaves out. Add text, or correct the task.",
            source=Source(facts=("D2",), section="The deployment decision", grade="expert_judgement"),
            about=(),
            examples=Examples(
                hit=({"task": "text_to_image", "conditioning": frozenset()},),
                miss=({"task": "text_to_image", "conditioning": frozenset({"text"})},),
            ),
            replaces="",
        ),
        Notice(
            id="inconsistent-unconditional-task",
            level="inconsistency",
            title="Unconditional generation, but something steers it",
            when=All(
                parts=(
                    Test(constraint="task", operator="is", operand=("unconditional",)),
                    Test(
                        constraint="conditioning",
                        operator="any_of",
                        operand=(
                            "class_label",
                            "attributes",
                            "text",
                            "spatial_layout",
                            "reference_image",
                            "mask",
                            "pose",
                        ),
                    ),
                )
            ),
            message="'task: unconditional' has nothing that steers it, and the stated conditioning does. Empty it, or correct the task.",
            source=Source(facts=("C4",), section="Where each architecture wins", grade="expert_judgement"),
            about=(),
            examples=Examples(
                hit=({"task": "unconditional", "conditioning": frozenset({"pose"})},),
                miss=({"task": "unconditional", "conditioning": frozenset()},),
            ),
            replaces="",
        ),
        Notice(
            id="inconsistent-pretrained-without-a-model",
            level="inconsistency",
            title="A pretrained model is to be used, but none is there",
            when=All(
                parts=(
                    Test(constraint="training", operator="any_of", operand=("pretrained", "fine_tune")),
                    Test(constraint="pretrained_available", operator="is", operand=(False,)),
                )
            ),
            message="The training plan starts from a pretrained model, and none is available. Train from scratch, or find one.",
            source=Source(facts=("C2",), section="How diffusion models generate", grade="expert_judgement"),
            about=(),
            examples=Examples(
                hit=({"training": "fine_tune", "pretrained_available": False},),
                miss=({"training": "from_scratch", "pretrained_available": False},),
            ),
            replaces="",
        ),
    ),
    questions=(
        Question(
            id="task",
            ask="What does the system generate?",
            help="Some tasks belong to one family in the article (text to image, augmentation during training); others are open.",
            choices={
                "unconditional": "images like the training set, with nothing to steer them",
                "class_conditional": "images of a named class",
                "text_to_image": "images from a written prompt",
                "image_to_image": "one kind of image turned into another, as satellite photo to map",
                "image_editing": "changes to a given image",
                "inpainting": "a missing or masked region filled in",
                "style_transfer": "a given image in another style",
                "super_resolution": "a larger, sharper version of a given image",
                "restoration": "a damaged or degraded image repaired",
                "subject_driven": "new images of one particular subject, from examples of it",
                "data_augmentation": "training images for another model, made while it trains",
                "video_frames": "frames of a video",
                "portrait_animation": "a still portrait set in motion",
                "virtual_try_on": "a person wearing a given garment",
            },
        ),
        Question(
            id="conditioning",
            ask="What steers the output, beyond the task's own input image?",
            help="Text, layouts and reference images are what diffusion follows natively and a GAN does not.",
            choices={
                "class_label": "the name of a class",
                "attributes": "sliders or tags, such as age or hair colour",
                "text": "a written prompt or instruction",
                "spatial_layout": "a map of what goes where, edges or depth",
                "reference_image": "an image to take content or style from",
                "mask": "a region to change or keep",
                "pose": "a body or face pose",
            },
        ),
        Question(
            id="control",
            ask="How finely must a caller be able to steer the output?",
            help="Steering at each denoising step is what diffusion offers and a single pass does not.",
            choices={
                "none": "any good image will do",
                "coarse": "the broad kind of image matters",
                "fine": "particular details must come out as asked",
            },
        ),
        Question(
            id="domain",
            ask="Is the subject one fixed area, or open-ended?",
            help="In a narrow domain a GAN is sharp, consistent and cheap to serve.",
            choices={
                "narrow": "faces, one object category, one art style",
                "broad": "whatever users come up with",
            },
        ),
        Question(
            id="latency_budget_ms",
            ask="How long may one image or frame take, at serving?",
            help="Below 100 ms the article leaves a single pass only; below 50 ms it names the GAN; from about 1 s diffusion has time.",
            choices={},
        ),
        Question(
            id="serving",
            ask="How are results delivered?",
            help="Real time without a figure counts as under 100 ms. Queues and waits of some seconds suit diffusion.",
            choices={
                "realtime": "at once, as in live video or a brush",
                "near_realtime": "after a wait of about 1 to 5 s",
                "batch": "offline or from a queue",
            },
        ),
        Question(
            id="device",
            ask="Where does inference run?",
            help="The article's rules do not read it. It belongs to a full statement of the deployment.",
            choices={
                "datacenter_gpu": "a server GPU such as an A100",
                "consumer_gpu": "a desktop or laptop GPU",
                "mobile": "a phone or tablet",
                "browser": "a web page",
                "cpu": "a processor without a GPU",
            },
        ),
        Question(
            id="device_memory_gb",
            ask="How much memory may the model take there, in GB?",
            help="The article's rules do not read it. It belongs to a full statement of the deployment.",
            choices={},
        ),
        Question(
            id="resolution_px",
            ask="How many pixels has the longer side of the output?",
            help="The article's rules do not read it, but the time for an image grows with it.",
            choices={},
        ),
        Question(
            id="temporal_consistency",
            ask="Must successive frames agree with one another?",
            help="The article's rules do not read it. It matters for video and animation.",
            choices={},
        ),
        Question(
            id="priorities",
            ask="What matters most?",
            help="Speed and sharpness speak for a GAN, diversity and stable training for diffusion; some pairs point to a hybrid.",
            choices={
                "quality": "the best images; gives no points by itself, since both families reach it",
                "speed": "the shortest time for an image",
                "diversity": "a wide range of different images",
                "sharpness": "crisp fine detail",
                "fidelity": "nothing invented that the input does not show",
                "cost": "a low serving bill",
                "stability": "training that converges predictably",
            },
        ),
        Question(
            id="team_expertise",
            ask="How experienced is the team in adversarial training?",
            help="Making a GAN converge takes experience; training diffusion is ordinary supervised work.",
            choices={"limited": "little or none", "experienced": "has brought GANs into production"},
        ),
        Question(
            id="training",
            ask="What training will the team do?",
            help="Fine-tuning methods for diffusion are mature.",
            choices={
                "pretrained": "none, a finished model is used",
                "fine_tune": "a finished model is adapted",
                "from_scratch": "a model is trained from the start",
            },
        ),
        Question(
            id="pretrained_available",
            ask="Is there a suitable base model under a licence you can accept?",
            help="A plan to fine-tune needs one.",
            choices={},
        ),
        Question(
            id="training_images",
            ask="How many images of your own are at hand?",
            help="The article's rules do not read it. It belongs to a full statement of the deployment.",
            choices={},
        ),
        Question(
            id="paired_data",
            ask="Do you have input-output pairs?",
            help="With pairs, a translation may come out sharper from a GAN, and pix2pix applies; without, CycleGAN.",
            choices={},
        ),
        Question(
            id="sensitive_training_data",
            ask="Must the model never reproduce its training images?",
            help="The article's rules do not read it. It belongs to a full statement of the deployment.",
            choices={},
        ),
        Question(
            id="maturity",
            ask="Are newer methods acceptable, or only standard practice?",
            help="Hybrids are emerging in the article; asking for proven methods leaves them out.",
            choices={"proven": "only what is standard practice", "emerging": "newer methods are fine"},
        ),
    ),
    rules=(
        Rule(
            id="under-100-ms-needs-a-single-pass",
            title="Under 100 ms an image has to come from a single pass",
            when=Test(constraint="latency_budget_ms", operator="below", operand=(100,)),
            points={"gan": 3, "consistency": 1},
            excludes=("diffusion", "gan_enhanced_diffusion", "latent_diffusion_gan_decoder"),
            because="Denoising in steps does not fit into 100 ms, whatever the sampler. If real time is a hard requirement, the choice is made.",
            source=Source(
                facts=("E1", "G2"), section="Choosing by deployment constraint", grade="planning_heuristic"
            ),
            since="1.0.0",
            examples=Examples(
                hit=(
                    {"latency_budget_ms": 99.9},
                    {"task": "style_transfer", "latency_budget_ms": 33},
                    {"serving": "realtime"},
                ),
                miss=({"latency_budget_ms": 100}, {"latency_budget_ms": 300, "serving": "realtime"}),
            ),
            replaces="",
        ),
        Rule(
            id="under-50-ms-favours-gan",
            title="Real time under 50 ms is the home ground of GANs",
            when=Test(constraint="latency_budget_ms", operator="below", operand=(50,)),
            points={"gan": 2},
            excludes=(),
            because="The tighter of the article's two limits. It adds to the one of 100 ms, since both are met.",
            source=Source(facts=("D1", "G1"), section="The deployment decision", grade="planning_heuristic"),
            since="1.0.0",
            examples=Examples(
                hit=({"latency_budget_ms": 49}, {"latency_budget_ms": 33.333333333333336}),
                miss=({"latency_budget_ms": 50}, {"latency_budget_ms": 99}),
            ),
            replaces="",
        ),
        Rule(
            id="speed-first-favours-gan",
            title="Where speed comes first, one pass beats many",
            when=Test(constraint="priorities", operator="any_of", operand=("speed",)),
            points={"gan": 2, "consistency": 1},
            excludes=(),
            because="A single pass is some 10 to 100 times faster than iterative denoising.",
            source=Source(facts=("C3", "B4"), section="Where each architecture wins", grade="observed_range"),
            since="1.0.0",
            examples=Examples(
                hit=({"priorities": frozenset({"speed"})}, {"priorities": frozenset({"quality", "speed"})}),
                miss=({"priorities": frozenset()}, {"priorities": frozenset({"quality"})}),
            ),
            replaces="",
        ),
        Rule(
            id="live-video-favours-gan",
            title="Live video frames and live style transfer suit a GAN",
            when=All(
                parts=(
                    Test(constraint="task", operator="any_of", operand=("video_frames", "style_transfer")),
                    Test(constraint="latency_budget_ms", operator="below", operand=(100,)),
                )
            ),
            points={"gan": 1},
            excludes=(),
            because="Frames that are due while the camera runs are among the uses where a GAN's speed decides.",
            source=Source(facts=("C3",), section="Where each architecture wins", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(
                hit=(
                    {"task": "style_transfer", "latency_budget_ms": 33},
                    {"task": "video_frames", "serving": "realtime"},
                ),
                miss=(
                    {"task": "style_transfer", "latency_budget_ms": 2000},
                    {"task": "inpainting", "latency_budget_ms": 33},
                ),
            ),
            replaces="",
        ),
        Rule(
            id="unhurried-quality-favours-diffusion",
            title="Quality over speed, in a queue or within seconds, favours diffusion",
            when=All(
                parts=(
                    Test(constraint="priorities", operator="none_of", operand=("speed",)),
                    Any(
                        parts=(
                            Test(constraint="serving", operator="any_of", operand=("batch", "near_realtime")),
                            Test(constraint="latency_budget_ms", operator="at_least", operand=(1000,)),
                        )
                    ),
                )
            ),
            points={"diffusion": 2},
            excludes=(),
            because="With a tolerance of seconds, diversity and control outweigh the time that the steps take.",
            source=Source(
                facts=("E2", "G9"), section="Choosing by deployment constraint", grade="expert_judgement"
            ),
            since="1.0.0",
            examples=Examples(
                hit=(
                    {"serving": "near_realtime", "priorities": frozenset({"quality"})},
                    {"latency_budget_ms": 5000, "priorities": frozenset()},
                ),
                miss=(
                    {"serving": "batch", "priorities": frozenset({"speed"})},
                    {"latency_budget_ms": 33, "serving": "realtime", "priorities": frozenset({"quality"})},
                ),
            ),
            replaces="",
        ),
        Rule(
            id="batch-quality-favours-diffusion",
            title="Batch generation, quality over speed, favours diffusion",
            when=All(
                parts=(
                    Test(constraint="serving", operator="is", operand=("batch",)),
                    Test(constraint="priorities", operator="none_of", operand=("speed",)),
                )
            ),
            points={"diffusion": 1},
            excludes=(),
            because="Nobody waits for a batch, so the steps cost time that is there.",
            source=Source(facts=("D6", "G9"), section="The deployment decision", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(
                hit=(
                    {"serving": "batch", "priorities": frozenset()},
                    {"serving": "batch", "priorities": frozenset({"quality"})},
                ),
                miss=(
                    {"serving": "batch", "priorities": frozenset({"quality", "speed"})},
                    {"serving": "near_realtime", "priorities": frozenset()},
                ),
            ),
            replaces="",
        ),
        Rule(
            id="text-to-image-favours-diffusion",
            title="Text to image is diffusion's field",
            when=Test(constraint="task", operator="is", operand=("text_to_image",)),
            points={"diffusion": 3, "consistency": 1, "latent_diffusion_gan_decoder": 1},
            excludes=(),
            because="Text embeddings guide the denoising at each step, and prompts of any complexity are followed.",
            source=Source(facts=("D2", "C4"), section="The deployment decision", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(
                hit=({"task": "text_to_image"},), miss=({"task": "unconditional"}, {"task": "image_editing"})
            ),
            replaces="",
        ),
        Rule(
            id="complex-conditioning-favours-diffusion",
            title="Text, layout or reference images as conditions favour diffusion",
            when=Test(
                constraint="conditioning",
                operator="any_of",
                operand=("text", "spatial_layout", "reference_image"),
            ),
            points={"gan": -1, "diffusion": 3, "consistency": 1, "latent_diffusion_gan_decoder": 1},
            excludes=(),
            because="ControlNet, IP-Adapter and guidance steer diffusion at serving; a GAN takes such conditions only if built for them.",
            source=Source(
                facts=("E3", "C4"), section="Choosing by deployment constraint", grade="expert_judgement"
            ),
            since="1.0.0",
            examples=Examples(
                hit=(
                    {"conditioning": frozenset({"text"})},
                    {"conditioning": frozenset({"spatial_layout", "mask"})},
                    {"conditioning": frozenset({"reference_image"})},
                ),
                miss=(
                    {"conditioning": frozenset()},
                    {"conditioning": frozenset({"class_label", "attributes"})},
                ),
            ),
            replaces="",
        ),
        Rule(
            id="text-excludes-plain-gan",
            title="Following text is out of a plain GAN's reach",
            when=Any(
                parts=(
                    Test(constraint="task", operator="is", operand=("text_to_image",)),
                    Test(constraint="conditioning", operator="any_of", operand=("text",)),
                )
            ),
            points={},
            excludes=("gan",),
            because="A GAN does not follow complex text natively. With a budget under 100 ms as well, only a distilled hybrid is left.",
            source=Source(
                facts=("G4", "C4", "D2", "E3"),
                section="Where each architecture wins",
                grade="expert_judgement",
            ),
            since="1.0.0",
            examples=Examples(
                hit=(
                    {"task": "text_to_image"},
                    {"task": "image_editing", "conditioning": frozenset({"text", "mask"})},
                ),
                miss=(
                    {"task": "image_editing", "conditioning": frozenset({"mask"})},
                    {"task": "unconditional", "conditioning": frozenset()},
                ),
            ),
            replaces="",
        ),
        Rule(
            id="fine-control-favours-diffusion",
            title="Fine-grained control of the output favours diffusion",
            when=Test(constraint="control", operator="is", operand=("fine",)),
            points={"gan": -1, "diffusion": 3, "consistency": 1, "latent_diffusion_gan_decoder": 1},
            excludes=(),
            because="Each denoising step is a place to steer; a single pass offers one.",
            source=Source(facts=("D3", "C4"), section="The deployment decision", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(hit=({"control": "fine"},), miss=({"control": "coarse"}, {"control": "none"})),
            replaces="",
        ),
        Rule(
            id="guided-tasks-favour-diffusion",
            title="Inpainting and subject-driven generation come with diffusion",
            when=Test(constraint="task", operator="any_of", operand=("inpainting", "subject_driven")),
            points={"gan": -1, "diffusion": 2, "consistency": 1},
            excludes=(),
            because="Filling a region and repeating a subject from references are guidance at each step, hard to add to a GAN.",
            source=Source(facts=("C4",), section="Where each architecture wins", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(
                hit=({"task": "inpainting"}, {"task": "subject_driven"}),
                miss=({"task": "style_transfer"}, {"task": "image_editing"}),
            ),
            replaces="",
        ),
        Rule(
            id="editing-by-instruction-favours-diffusion",
            title="Editing by instruction in words favours diffusion",
            when=All(
                parts=(
                    Test(constraint="task", operator="is", operand=("image_editing",)),
                    Test(constraint="conditioning", operator="any_of", operand=("text",)),
                )
            ),
            points={"diffusion": 2, "consistency": 1},
            excludes=(),
            because="An edit described in words is text guidance applied to an image.",
            source=Source(
                facts=("C4", "G6"), section="Where each architecture wins", grade="expert_judgement"
            ),
            since="1.0.0",
            examples=Examples(
                hit=({"task": "image_editing", "conditioning": frozenset({"text"})},),
                miss=(
                    {"task": "image_editing", "conditioning": frozenset()},
                    {"task": "inpainting", "conditioning": frozenset({"text"})},
                ),
            ),
            replaces="",
        ),
        Rule(
            id="interactive-editing-favours-gan",
            title="Interactive editing without words favours a GAN",
            when=All(
                parts=(
                    Test(constraint="task", operator="is", operand=("image_editing",)),
                    Test(constraint="conditioning", operator="none_of", operand=("text",)),
                )
            ),
            points={"gan": 2, "consistency": 1},
            excludes=(),
            because="Sliders and strokes want an answer at once, and moving through a latent space gives one.",
            source=Source(
                facts=("C3", "G6"), section="Where each architecture wins", grade="expert_judgement"
            ),
            since="1.0.0",
            examples=Examples(
                hit=(
                    {"task": "image_editing", "conditioning": frozenset()},
                    {"task": "image_editing", "conditioning": frozenset({"attributes"})},
                ),
                miss=(
                    {"task": "image_editing", "conditioning": frozenset({"text"})},
                    {"task": "inpainting", "conditioning": frozenset()},
                ),
            ),
            replaces="",
        ),
        Rule(
            id="training-augmentation-favours-gan",
            title="Augmentation while a model trains favours a GAN",
            when=Test(constraint="task", operator="is", operand=("data_augmentation",)),
            points={"gan": 3},
            excludes=(),
            because="Images are made inside another model's training loop, where a slow generator holds everything up.",
            source=Source(facts=("D7", "C3"), section="The deployment decision", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(hit=({"task": "data_augmentation"},), miss=({"task": "unconditional"},)),
            replaces="",
        ),
        Rule(
            id="translation-suits-gan",
            title="Image-to-image translation is open to a GAN",
            when=Test(constraint="task", operator="is", operand=("image_to_image",)),
            points={"gan": 3},
            excludes=(),
            because="pix2pix and CycleGAN translate in one pass. Diffusion competes on equal terms, so evaluate both on the task.",
            source=Source(facts=("D8",), section="The deployment decision", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(hit=({"task": "image_to_image"},), miss=({"task": "super_resolution"},)),
            replaces="",
        ),
        Rule(
            id="translation-suits-diffusion",
            title="Image-to-image translation is open to diffusion",
            when=Test(constraint="task", operator="is", operand=("image_to_image",)),
            points={"diffusion": 3},
            excludes=(),
            because="ControlNet translates under flexible conditions. A GAN competes on equal terms, so evaluate both on the task.",
            source=Source(facts=("D8",), section="The deployment decision", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(hit=({"task": "image_to_image"},), miss=({"task": "restoration"},)),
            replaces="",
        ),
        Rule(
            id="paired-translation-leans-to-gan",
            title="Paired translation may come out sharper from a GAN",
            when=All(
                parts=(
                    Test(constraint="task", operator="is", operand=("image_to_image",)),
                    Test(constraint="paired_data", operator="is", operand=(True,)),
                )
            ),
            points={"gan": 1},
            excludes=(),
            because="With input-output pairs, as in satellite to map or sketch to photo, adversarial training keeps edges crisp.",
            source=Source(facts=("D8",), section="The deployment decision", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(
                hit=({"task": "image_to_image", "paired_data": True},),
                miss=(
                    {"task": "image_to_image", "paired_data": False},
                    {"task": "style_transfer", "paired_data": True},
                ),
            ),
            replaces="",
        ),
        Rule(
            id="new-translations-lean-to-diffusion",
            title="Translation across open-ended subjects leans to diffusion",
            when=All(
                parts=(
                    Test(constraint="task", operator="is", operand=("image_to_image",)),
                    Test(constraint="domain", operator="is", operand=("broad",)),
                )
            ),
            points={"diffusion": 1},
            excludes=(),
            because="Diffusion takes new conditions and new translation tasks with less work.",
            source=Source(facts=("D8",), section="The deployment decision", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(
                hit=({"task": "image_to_image", "domain": "broad"},),
                miss=({"task": "image_to_image", "domain": "narrow"},),
            ),
            replaces="",
        ),
        Rule(
            id="narrow-domain-favours-gan",
            title="One narrow, fixed domain favours a GAN",
            when=Test(constraint="domain", operator="is", operand=("narrow",)),
            points={"gan": 3, "gan_enhanced_diffusion": 1, "latent_diffusion_gan_decoder": 1},
            excludes=(),
            because="On faces, one object category or one style, a well-trained StyleGAN is sharper and more consistent than a general model.",
            source=Source(
                facts=("D4", "E4", "C5"),
                section="Choosing by deployment constraint",
                grade="expert_judgement",
            ),
            since="1.0.0",
            examples=Examples(hit=({"domain": "narrow"},), miss=({"domain": "broad"},)),
            replaces="",
        ),
        Rule(
            id="cheap-serving-in-a-narrow-domain-favours-gan",
            title="Where serving cost counts, a narrow domain favours a GAN more",
            when=All(
                parts=(
                    Test(constraint="domain", operator="is", operand=("narrow",)),
                    Test(constraint="priorities", operator="any_of", operand=("cost",)),
                )
            ),
            points={"gan": 2},
            excludes=(),
            because="One pass for each image keeps the serving bill low.",
            source=Source(
                facts=("E4",), section="Choosing by deployment constraint", grade="expert_judgement"
            ),
            since="1.0.0",
            examples=Examples(
                hit=({"domain": "narrow", "priorities": frozenset({"cost", "quality"})},),
                miss=(
                    {"domain": "broad", "priorities": frozenset({"cost"})},
                    {"domain": "narrow", "priorities": frozenset({"quality"})},
                ),
            ),
            replaces="",
        ),
        Rule(
            id="sharpness-favours-adversarial-training",
            title="Crisp detail comes from adversarial training",
            when=Test(constraint="priorities", operator="any_of", operand=("sharpness",)),
            points={
                "gan": 3,
                "diffusion": -1,
                "gan_enhanced_diffusion": 1,
                "latent_diffusion_gan_decoder": 1,
            },
            excludes=(),
            because="A discriminator punishes blur; denoising averages, and can come out slightly softer, though the gap has narrowed much.",
            source=Source(facts=("C5",), section="Where each architecture wins", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(
                hit=({"priorities": frozenset({"sharpness"})},),
                miss=({"priorities": frozenset({"quality"})},),
            ),
            replaces="",
        ),
        Rule(
            id="diversity-favours-diffusion",
            title="Diversity of the output favours diffusion",
            when=Test(constraint="priorities", operator="any_of", operand=("diversity",)),
            points={"gan": -1, "diffusion": 2, "consistency": 1, "latent_diffusion_gan_decoder": 1},
            excludes=(),
            because="Diffusion covers the whole distribution; a GAN may collapse onto a part of it.",
            source=Source(
                facts=("C4", "C1", "A2"), section="Where each architecture wins", grade="expert_judgement"
            ),
            since="1.0.0",
            examples=Examples(
                hit=({"priorities": frozenset({"quality", "diversity"})},),
                miss=({"priorities": frozenset({"sharpness"})},),
            ),
            replaces="",
        ),
        Rule(
            id="limited-expertise-favours-diffusion",
            title="A team new to adversarial training is safer with diffusion",
            when=Test(constraint="team_expertise", operator="is", operand=("limited",)),
            points={"diffusion": 3, "consistency": 1, "gan_enhanced_diffusion": 1},
            excludes=(),
            because="Training or tuning diffusion is ordinary supervised work; making a GAN converge takes experience.",
            source=Source(facts=("D5", "C6"), section="The deployment decision", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(
                hit=({"team_expertise": "limited"},), miss=({"team_expertise": "experienced"},)
            ),
            replaces="",
        ),
        Rule(
            id="limited-expertise-fine-tuning-favours-diffusion",
            title="A team new to it that must fine-tune is safer still with diffusion",
            when=All(
                parts=(
                    Test(constraint="team_expertise", operator="is", operand=("limited",)),
                    Test(constraint="training", operator="is", operand=("fine_tune",)),
                )
            ),
            points={"diffusion": 1},
            excludes=(),
            because="LoRA, DreamBooth and textual inversion are mature, and converge for people who have not done it before.",
            source=Source(
                facts=("E5", "C2"), section="Choosing by deployment constraint", grade="expert_judgement"
            ),
            since="1.0.0",
            examples=Examples(
                hit=({"team_expertise": "limited", "training": "fine_tune"},),
                miss=(
                    {"team_expertise": "experienced", "training": "fine_tune"},
                    {"team_expertise": "limited", "training": "from_scratch"},
                ),
            ),
            replaces="",
        ),
        Rule(
            id="predictable-training-favours-diffusion",
            title="Training that must converge predictably favours diffusion",
            when=Test(constraint="priorities", operator="any_of", operand=("stability",)),
            points={"gan": -1, "diffusion": 2, "consistency": 1, "gan_enhanced_diffusion": 1},
            excludes=(),
            because="A regression loss has no adversary to lose against; a GAN can fail late and leave nothing.",
            source=Source(
                facts=("C2", "C6", "C1", "A2"),
                section="How diffusion models generate",
                grade="expert_judgement",
            ),
            since="1.0.0",
            examples=Examples(
                hit=({"priorities": frozenset({"stability"})},), miss=({"priorities": frozenset({"speed"})},)
            ),
            replaces="",
        ),
        Rule(
            id="speed-and-diffusion-strengths-favour-consistency",
            title="Speed together with what diffusion is good at points to a consistency model",
            when=All(
                parts=(
                    Any(
                        parts=(
                            Test(constraint="priorities", operator="any_of", operand=("speed",)),
                            Test(constraint="latency_budget_ms", operator="below", operand=(100,)),
                        )
                    ),
                    Any(
                        parts=(
                            Test(constraint="control", operator="is", operand=("fine",)),
                            Test(
                                constraint="conditioning",
                                operator="any_of",
                                operand=("text", "spatial_layout", "reference_image"),
                            ),
                            Test(
                                constraint="priorities", operator="any_of", operand=("diversity", "stability")
                            ),
                            Test(constraint="team_expertise", operator="is", operand=("limited",)),
                        )
                    ),
                )
            ),
            points={"consistency": 3},
            excludes=(),
            because="Distillation to one step keeps the steering and the stable training of diffusion at close to a GAN's speed.",
            source=Source(facts=("F1", "G4"), section="Hybrid architectures", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(
                hit=(
                    {"conditioning": frozenset({"text"}), "latency_budget_ms": 80},
                    {"priorities": frozenset({"diversity", "speed"})},
                ),
                miss=(
                    {
                        "conditioning": frozenset({"text"}),
                        "latency_budget_ms": 300,
                        "priorities": frozenset(),
                    },
                    {
                        "conditioning": frozenset(),
                        "control": "none",
                        "priorities": frozenset({"speed"}),
                        "team_expertise": "experienced",
                    },
                ),
            ),
            replaces="",
        ),
        Rule(
            id="sharpness-and-stability-favour-gan-enhanced-diffusion",
            title="Sharpness together with stable training points to GAN-enhanced diffusion",
            when=All(
                parts=(
                    Test(constraint="priorities", operator="any_of", operand=("sharpness",)),
                    Any(
                        parts=(
                            Test(constraint="priorities", operator="any_of", operand=("stability",)),
                            Test(constraint="team_expertise", operator="is", operand=("limited",)),
                        )
                    ),
                )
            ),
            points={"gan_enhanced_diffusion": 3},
            excludes=(),
            because="The discriminator is an extra signal on a regression loss, so detail sharpens and training stays stable.",
            source=Source(facts=("F2",), section="Hybrid architectures", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(
                hit=(
                    {"priorities": frozenset({"sharpness", "stability"})},
                    {"priorities": frozenset({"sharpness"}), "team_expertise": "limited"},
                ),
                miss=(
                    {"priorities": frozenset({"stability"})},
                    {"priorities": frozenset({"sharpness"}), "team_expertise": "experienced"},
                ),
            ),
            replaces="",
        ),
        Rule(
            id="sharpness-and-control-favour-gan-decoder",
            title="Sharpness together with control points to latent diffusion with a GAN decoder",
            when=All(
                parts=(
                    Test(constraint="priorities", operator="any_of", operand=("sharpness",)),
                    Any(
                        parts=(
                            Test(constraint="control", operator="is", operand=("fine",)),
                            Test(
                                constraint="conditioning",
                                operator="any_of",
                                operand=("text", "spatial_layout", "reference_image"),
                            ),
                        )
                    ),
                )
            ),
            points={"latent_diffusion_gan_decoder": 3},
            excludes=(),
            because="Control acts in the latent space, and the decoder to pixels was trained to be crisp.",
            source=Source(facts=("F3",), section="Hybrid architectures", grade="expert_judgement"),
            since="1.0.0",
            examples=Examples(
                hit=(
                    {"control": "fine", "priorities": frozenset({"sharpness"})},
                    {"conditioning": frozenset({"text"}), "priorities": frozenset({"sharpness", "quality"})},
                ),
                miss=(
                    {"control": "fine", "priorities": frozenset({"quality"})},
                    {"conditioning": frozenset(), "control": "none", "priorities": frozenset({"sharpness"})},
                ),
            ),
            replaces="",
        ),
        Rule(
            id="proven-only-excludes-hybrids",
            title="Hybrids are not standard practice yet",
            when=Test(constraint="maturity", operator="is", operand=("proven",)),
            points={},
            excludes=("consistency", "gan_enhanced_diffusion", "latent_diffusion_gan_decoder"),
            because="The article calls them emerging. A deployment that accepts only proven methods leaves them out.",
            source=Source(
                facts=("G7", "F1", "F2", "F3"), section="Hybrid architectures", grade="expert_judgement"
            ),
            since="1.0.0",
            examples=Examples(hit=({"maturity": "proven"},), miss=({"maturity": "emerging"},)),
            replaces="",
        ),
    ),
)
