namespace ILGPU;

/// <summary>A one-dimensional index.</summary>
public readonly record struct Index1D(int X)
{
    public static implicit operator Index1D(int x) => new(x);
}

/// <summary>Groups of a launch, threads of a group, and the shared memory that the launch asks for.</summary>
public readonly struct KernelConfig(Index1D gridDim, Index1D groupDim, SharedMemoryConfig sharedMemoryConfig)
{
    public KernelConfig(Index1D gridDim, Index1D groupDim)
        : this(gridDim, groupDim, default)
    {
    }

    public Index1D GridDim { get; } = gridDim;

    public Index1D GroupDim { get; } = groupDim;

    public SharedMemoryConfig SharedMemoryConfig { get; } = sharedMemoryConfig;
}

/// <summary>Dynamic shared memory of a launch.</summary>
public readonly struct SharedMemoryConfig
{
    private SharedMemoryConfig(int bytes) => Bytes = bytes;

    internal int Bytes { get; }

    public static unsafe SharedMemoryConfig RequestDynamic<T>(int numElements)
        where T : unmanaged => new(numElements * sizeof(T));
}

/// <summary>Strides of one-dimensional views.</summary>
public static class Stride1D
{
    public readonly struct Dense;
}
