namespace AttentionGen.GpuExecutor;

/// <summary>What a kernel did that a GPU would not have stopped: it would have hung, or given results that depend on the order of its threads.</summary>
public sealed class DeviceFault(FaultKind kind, string message) : Exception($"{kind}: {message}")
{
    /// <summary>What kind of mistake it is.</summary>
    public FaultKind Kind { get; } = kind;
}

/// <summary>The mistakes that the executor sees.</summary>
public enum FaultKind
{
    /// <summary>Two threads touched one cell between two barriers, and one of them wrote it.</summary>
    Race,

    /// <summary>An index outside of its view.</summary>
    OutOfBounds,

    /// <summary>A read of memory that nothing was written to.</summary>
    Uninitialised,

    /// <summary>Threads of a group, or lanes of a warp, wait at different places, or some have returned.</summary>
    Divergence,

    /// <summary>A vector at an address that is not a multiple of its size.</summary>
    Misaligned,

    /// <summary>More shared memory than a group has, or allocations that differ from thread to thread.</summary>
    SharedMemory,

    /// <summary>Inline PTX that is no instruction of the subset that kernels use, or whose operands do not fit it.</summary>
    Instruction,
}
