using AttentionGen.GpuExecutor;

namespace ILGPU;

/// <summary>Elements in device memory. ILGPU's indexers give references; these give and take values, so that reads and writes can be told apart.</summary>
public readonly unsafe struct ArrayView<T>
    where T : unmanaged
{
    private readonly DeviceMemory? _memory;
    private readonly long _offset;

    internal ArrayView(DeviceMemory memory, long offset, long length)
    {
        _memory = memory;
        _offset = offset;
        Length = length;
    }

    public long Length { get; }

    public int IntLength => checked((int)Length);

    public bool IsValid => _memory is not null;

    public T this[int index]
    {
        get => this[(long)index];
        set => this[(long)index] = value;
    }

    public T this[long index]
    {
        get => Memory(index).Read<T>(_offset + (index * sizeof(T)));
        set => Memory(index).Write(_offset + (index * sizeof(T)), value);
    }

    public ArrayView<T> SubView(long index) => SubView(index, Length - index);

    public ArrayView<T> SubView(int index, int subViewLength) => SubView((long)index, subViewLength);

    public ArrayView<T> SubView(long index, long subViewLength)
    {
        if (index < 0 || subViewLength < 0 || index + subViewLength > Length)
        {
            throw new DeviceFault(FaultKind.OutOfBounds, $"a view of {subViewLength} elements from {index} in one of {Length}.");
        }

        return new ArrayView<T>(_memory!, _offset + (index * sizeof(T)), subViewLength);
    }

    public ArrayView<TOther> Cast<TOther>()
        where TOther : unmanaged => new(_memory!, _offset, Length * sizeof(T) / sizeof(TOther));

    internal ulong Address => _memory is null ? 0 : DeviceAddresses.Of(_memory, _offset);

    internal ArrayView<T> Aligned(int bytes) =>
        _offset % bytes == 0 ? this : throw new DeviceFault(FaultKind.Misaligned, $"a view that is promised to begin at a multiple of {bytes} bytes begins at {_offset}.");

    internal Span<byte> HostBytes(bool writes) => _memory is null ? [] : _memory.HostBytes(_offset, Length * sizeof(T), writes);

    private DeviceMemory Memory(long index) =>
        _memory is not null && index >= 0 && index < Length
            ? _memory
            : throw new DeviceFault(FaultKind.OutOfBounds, $"element {index} of a view of {Length} {typeof(T).Name}.");
}
