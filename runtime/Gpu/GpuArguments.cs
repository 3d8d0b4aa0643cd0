namespace AttentionGen.Gpu;

/// <summary>What a GPU call takes beside <see cref="AttentionArguments"/>: tensors that are as large as the queries, and so stay on the device. <c>default</c> means none.</summary>
public readonly record struct GpuArguments
{
    /// <summary><c>[batch, heads, queryLength, 1]</c>, contiguous: receives each row's log-sum-exp; no memory: not wanted.</summary>
    public DeviceTensorView LogSumExp { get; init; }

    /// <summary>crossmemory: <c>[batch, heads, queryLength, valueDim]</c>, the local features that are mixed in.</summary>
    public DeviceTensorView LocalFeatures { get; init; }

    /// <summary>The stream to run on; null: the context's own. The call returns before the kernel has finished.</summary>
    public GpuStream? Stream { get; init; }
}
