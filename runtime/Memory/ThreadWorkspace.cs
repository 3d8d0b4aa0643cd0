using System.ComponentModel;
using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>One grow-only, 64-byte aligned native block per thread, reused by every kernel that runs on it and freed with the thread.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class ThreadWorkspace : SafeHandle
{
    [ThreadStatic]
    private static ThreadWorkspace? current;

    private nuint size;

    private ThreadWorkspace()
        : base(0, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>This thread's block, grown to at least <paramref name="bytes"/>. Its contents are undefined; it is valid until the next call on this thread.</summary>
    /// <exception cref="OutOfMemoryException">The block could not be grown.</exception>
    public static byte* Rent(nuint bytes)
    {
        ThreadWorkspace workspace = current ??= new ThreadWorkspace();
        if (workspace.size < bytes)
        {
            workspace.Grow(bytes);
        }

        return (byte*)workspace.handle;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeBlock.Free((void*)handle);
        return true;
    }

    private void Grow(nuint bytes)
    {
        NativeBlock.Free((void*)handle);
        handle = 0;
        size = 0;
        handle = (nint)NativeBlock.Allocate(bytes);
        size = bytes;
    }
}
