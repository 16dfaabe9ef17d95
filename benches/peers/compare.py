"""Times the same training steps in Ganscope, PyTorch and Keras, taking turns, and prints how many times as fast Ganscope is.

    cargo build --release
    python -m pip install torch tensorflow
    python benches/peers/compare.py

A peer that is not installed is left out. Each round times every side once, in processes of their own that run one after
the other, so that what else the machine is doing meets all of them; the figures are medians over the rounds.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
CASES = ["mlp2d", "mlp2d-r1r2", "ganlab", "dcgan28", "article", "text", "sample"]


def built_program():
    """The program that `cargo build --release` made."""
    metadata = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=HERE, check=True, capture_output=True, text=True
    )
    return Path(json.loads(metadata.stdout)["target_directory"]) / "release" / "ganscope"


def sides(program, threads, seconds, xla):
    """The command that times a case, for each side that is there."""
    here = {"Ganscope": [str(program), "bench", "--device", "cpu", "--json", "--seconds", str(seconds), "--case"]}
    options = ["--threads", str(threads), "--seconds", str(seconds)]
    if importlib.util.find_spec("torch"):
        torch = [sys.executable, str(HERE / "torch_gan.py"), *options]
        here["PyTorch"] = torch
        here["PyTorch, channels last"] = [*torch, "--channels-last"]
    if importlib.util.find_spec("tensorflow"):
        keras = [sys.executable, str(HERE / "keras_gan.py"), *options]
        here["Keras"] = keras
        if xla:
            here["Keras, XLA"] = [*keras, "--jit"]
    return here


def time_once(command, case, threads):
    """The median time of one step in milliseconds."""
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    result = subprocess.run([*command, case], check=True, capture_output=True, text=True, env=environment)
    line = json.loads(result.stdout.strip().splitlines()[-1])
    return line["step_millis_median"], line


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, help="the ganscope to time (default: the one cargo built last)")
    parser.add_argument("--case", action="append", choices=CASES, help="only this case; may be repeated")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each side is timed in a round")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    parser.add_argument("--xla", action="store_true", help="Keras also with its step compiled by XLA, which takes a while")
    arguments = parser.parse_args()
    commands = sides(arguments.program or built_program(), arguments.threads, arguments.seconds, arguments.xla)
    print(f"{arguments.threads} threads, medians of {arguments.rounds} rounds of {arguments.seconds:g} s")
    for case in arguments.case or CASES:
        # Memory layout matters to pictures only.
        here = {
            side: command
            for side, command in commands.items()
            if "channels" not in side or case in ("dcgan28", "article")
        }
        times = {side: [] for side in here}
        for _ in range(arguments.rounds):
            for side, command in here.items():
                millis, line = time_once(command, case, arguments.threads)
                times[side].append(millis)
                if side == "Ganscope":
                    ours = line
        medians = {side: statistics.median(values) for side, values in times.items()}
        print(f"\n{case}: {ours['gflops']:.0f} of {ours['peak_gflops']:.0f} GFLOP/s in the last round")
        for side, median in medians.items():
            ratio = median / medians["Ganscope"]
            rounds = [theirs / own for theirs, own in zip(times[side], times["Ganscope"])]
            spread = "" if side == "Ganscope" else f"  {ratio:5.2f} ×  (rounds {min(rounds):.2f} to {max(rounds):.2f})"
            print(f"  {side:24} {median:9.3f} ms a step, {1000 / median:8.1f} steps/s{spread}", flush=True)


if __name__ == "__main__":
    main()
