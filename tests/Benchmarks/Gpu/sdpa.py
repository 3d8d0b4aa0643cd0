"""Times torch.nn.functional.scaled_dot_product_attention on the first CUDA device: as PyTorch chooses, and 16-bit types with its flash kernel alone.
Cases come as JSON on standard input; times by events go to standard output as JSON."""
import contextlib
import json
import sys


def report(version, device, note, times):
    print(json.dumps({"version": version, "device": device, "note": note, "times": times}))


def only_flash():
    from torch.nn.attention import SDPBackend, sdpa_kernel
    return sdpa_kernel(SDPBackend.FLASH_ATTENTION)


def measure(torch, case, kind):
    from torch.nn.functional import scaled_dot_product_attention as attend

    def draw(heads, length):
        return torch.randn(case["batch"], heads, length, case["dim"], device="cuda", dtype=getattr(torch, kind))

    query = draw(case["heads"], case["queryLength"])
    key, value = draw(case["kvHeads"], case["keyLength"]), draw(case["kvHeads"], case["keyLength"])
    options = {"is_causal": case["causal"]}
    if case["kvHeads"] != case["heads"]:
        options["enable_gqa"] = True

    def timed(launches):
        before, after = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        before.record()
        for _ in range(launches):
            attend(query, key, value, **options)
        after.record()
        after.synchronize()
        return before.elapsed_time(after) / launches

    for _ in range(3):
        once = timed(1)
    launches = max(1, min(200, int(1 / max(once, 1e-3)) + 1))
    return [timed(launches) for _ in range(case["rounds"])]


def main():
    cases = json.load(sys.stdin)
    try:
        import torch
    except ImportError as missing:
        return report(None, None, f"no PyTorch: {missing}", [])
    if not torch.cuda.is_available():
        return report(torch.__version__, None, "PyTorch finds no CUDA device", [])
    times, notes = [], []
    for case in cases:
        kernels = [(kind, kind, contextlib.nullcontext) for kind in case["types"]] + [(f"{kind}, flash kernel", kind, only_flash) for kind in case["types"] if kind != "float32"]
        for name, kind, chosen in kernels:
            try:
                with chosen():
                    times.append({"name": case["name"], "type": name, "milliseconds": measure(torch, case, kind)})
            except (ImportError, RuntimeError, TypeError) as failure:
                notes.append(f"{case['name']}, {name}: {str(failure).splitlines()[0]}")
            torch.cuda.empty_cache()
    report(torch.__version__, torch.cuda.get_device_name(0), "; ".join(notes) or None, times)


main()
