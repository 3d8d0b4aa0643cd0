namespace ILGPU;

/// <summary>A one-dimensional index.</summary>
public readonly record struct Index1D(int X)
{
    public static implicit operator Index1D(int x) => new(x);
}

/// <summary>Groups of a launch and threads of a group.</summary>
public readonly struct KernelConfig(Index1D gridDim, Index1D groupDim)
{
    public Index1D GridDim { get; } = gridDim;

    public Index1D GroupDim { get; } = groupDim;
}

/// <summary>Strides of one-dimensional views.</summary>
public static class Stride1D
{
    public readonly struct Dense;
}
