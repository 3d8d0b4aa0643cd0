using System.ComponentModel;

namespace AttentionGen.Gpu;

/// <summary>One implementation of a declared attention on GPUs, and what it needs of a device.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GpuKernel
{
    /// <summary>What the implementation is called, such as <c>SIMT FP32</c>.</summary>
    public required string Implementation { get; init; }

    /// <summary>The kernel.</summary>
    public required Action<GpuAttentionCall> Method { get; init; }

    /// <summary>Threads of a group.</summary>
    public required int Threads { get; init; }

    /// <summary>Query rows, or new tokens, of a group.</summary>
    public required int TileRows { get; init; }

    /// <summary>Shared memory of a group.</summary>
    public required int SharedBytes { get; init; }

    /// <summary>Neighbouring lanes that must be in one warp.</summary>
    public required int Lanes { get; init; }

    /// <summary>Floats of one query's products with the vectors of distances, or 0.</summary>
    public int DistanceTermsStride { get; init; }

    /// <summary>Floats of one head's biases by distance, or 0.</summary>
    public int BucketBiasesStride { get; init; }
}

/// <summary>The implementation that a device runs, and why.</summary>
/// <param name="Implementation">What it is called.</param>
/// <param name="Reason">Why it was chosen, or what the others lack.</param>
public sealed record GpuSelection(string Implementation, string Reason);
