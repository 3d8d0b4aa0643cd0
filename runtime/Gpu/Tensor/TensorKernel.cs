using System.ComponentModel;

namespace AttentionGen.Gpu;

/// <summary>The implementation of a declared attention on tensor cores, and what it needs of a device.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class TensorKernel
{
    // mma of 16-bit elements with 16 inner features, ldmatrix and asynchronous copies.
    private static readonly (int Major, int Minor) Needed = (8, 0);

    private readonly Lazy<GpuKernel> main, query, key;

    /// <summary>A kernel.</summary>
    public TensorKernel()
    {
        main = new(() => Make("tensor cores", Method!, TileRows, SharedBytes));
        query = new(() => Make("queries for tensor cores", PrepareQuery!, PrepareRows, 0));
        key = new(() => Make("keys for tensor cores", PrepareKey!, PrepareRows, 0));
    }

    /// <summary>The kernel.</summary>
    public required Action<GpuAttentionCall> Method { get; init; }

    /// <summary>Threads of a group.</summary>
    public required int Threads { get; init; }

    /// <summary>Query rows of a group.</summary>
    public required int TileRows { get; init; }

    /// <summary>Dynamic shared memory of a group.</summary>
    public required int SharedBytes { get; init; }

    /// <summary>Normalises and rotates queries, and rounds them; null: they are compared as they are.</summary>
    public Action<GpuAttentionCall>? PrepareQuery { get; init; }

    /// <summary>The same of keys.</summary>
    public Action<GpuAttentionCall>? PrepareKey { get; init; }

    /// <summary>Rows of a group that prepares.</summary>
    public int PrepareRows { get; init; }

    internal GpuKernel Main => main.Value;

    internal GpuKernel Query => query.Value;

    internal GpuKernel Key => key.Value;

    /// <summary>Why a device can't run a call on tensor cores, or null.</summary>
    internal string? Refusal(GpuAttentionContext context, in AttentionArguments arguments) =>
        context.Capability.CompareTo(Needed) < 0 ? $"need a CUDA device of compute capability {Needed.Major}.{Needed.Minor}, and {context.Device.Name} {(context.Capability == default ? "is no CUDA device" : $"has {context.Capability.Major}.{context.Capability.Minor}")}"
        : SharedBytes > context.SharedBytesPerGroup ? $"need {SharedBytes} bytes of shared memory per group, and {context.Device.Name} has {context.SharedBytesPerGroup}"
        : arguments.Keep.Shape != default || arguments.Drop.Shape != default || arguments.Blocks is not null ? "take no masks with a call"
        : arguments.Bias.Shape != default ? "take no bias with a call"
        : arguments.DropoutSeed is not null ? "drop no weights"
        : null;

    private GpuKernel Make(string name, Action<GpuAttentionCall> method, int rows, int sharedBytes) =>
        new() { Implementation = name, Method = method, Threads = Threads, TileRows = rows, SharedBytes = sharedBytes, Lanes = 32 };
}
