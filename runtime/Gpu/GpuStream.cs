using ILGPU.Runtime;

namespace AttentionGen.Gpu;

/// <summary>What is called on a stream happens in order. It keeps the workspace of its calls, which grows to what the largest needed and is used again by the next.</summary>
public sealed class GpuStream : IDisposable
{
    internal GpuStream(GpuAttentionContext context)
    {
        Context = context;
        Native = context.Accelerator.CreateStream();
        Workspace = new GpuWorkspace(this);
    }

    /// <summary>The device that it belongs to.</summary>
    public GpuAttentionContext Context { get; }

    /// <summary>Device memory that its calls keep, in bytes.</summary>
    public long WorkspaceBytes => Workspace.Bytes;

    /// <summary>The implementation that its last call ran, and why; null: there was none.</summary>
    public GpuSelection? LastCall { get; internal set; }

    internal AcceleratorStream Native { get; }

    internal GpuWorkspace Workspace { get; }

    /// <summary>Marks this moment of the stream, to measure time between two of them.</summary>
    public GpuMark Mark() => new(this);

    /// <summary>Waits for everything that was called on it.</summary>
    public void Synchronize() => Native.Synchronize();

    /// <summary>Waits, then releases the stream and its workspace.</summary>
    public void Dispose()
    {
        Native.Synchronize();
        Workspace.Dispose();
        Native.Dispose();
    }
}
