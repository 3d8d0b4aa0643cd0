using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>A grow-only, 64-byte aligned <see cref="NativeBlock"/> of floats, freed when disposed or finalised.</summary>
internal sealed unsafe class NativeFloats() : SafeHandle(0, ownsHandle: true)
{
    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Floats the block holds.</summary>
    public long Capacity { get; private set; }

    /// <summary>The first float. Valid until the next <see cref="Reserve"/> or disposal; the owner must outlive its use.</summary>
    public float* Pointer => (float*)handle;

    /// <summary>Makes room for at least <paramref name="floats"/>. Contents are undefined afterwards when the block had to grow.</summary>
    /// <exception cref="ObjectDisposedException">The block was disposed.</exception>
    /// <exception cref="OutOfMemoryException">The block could not be had; it is then empty.</exception>
    public float* Reserve(long floats)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (Capacity < floats)
        {
            NativeBlock.Free((void*)handle);
            handle = 0;
            Capacity = 0;
            handle = (nint)NativeBlock.Allocate(checked((nuint)floats * sizeof(float)));
            Capacity = floats;
        }

        return Pointer;
    }

    /// <summary>The first <paramref name="length"/> floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<float> Span(int length) => new(Pointer, length);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeBlock.Free((void*)handle);
        return true;
    }
}
