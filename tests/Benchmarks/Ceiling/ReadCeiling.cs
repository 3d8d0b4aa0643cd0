using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using AttentionGen.Kernels;

namespace AttentionGen.Benchmarks.Ceiling;

/// <summary>
/// The machine's limit for reading memory once, in order: a loop of 512-bit loads (what narrower machines make of them) that does nothing but combine what it read.
/// A kernel that streams weights or a KV cache is held against it over as many bytes of memory of the same kind. Make it larger than the last-level cache, or it measures that.
/// </summary>
public sealed unsafe class ReadCeiling : IDisposable
{
    private const int Unroll = 8;
    private const int ItemBytes = 1 << 20;

    private byte* data;
    private ulong sink;

    /// <summary>A block of at least <paramref name="bytes"/>, touched once so that its pages exist.</summary>
    public ReadCeiling(long bytes)
    {
        Bytes = (bytes + ItemBytes - 1) / ItemBytes * ItemBytes;
        data = (byte*)NativeBlock.Allocate((nuint)Bytes);
        for (long at = 0; at < Bytes; at += ItemBytes)
        {
            new Span<byte>(data + at, ItemBytes).Fill((byte)(at >> 20));
        }
    }

    /// <summary>Bytes that <see cref="Run"/> reads: a multiple of 1 MiB.</summary>
    public long Bytes { get; }

    /// <summary>Reads the block once, on this thread or split over several.</summary>
    public void Run(int threads)
    {
        Call call = new() { Data = data };
        WorkerPool.Run(&ReadItem, &call, (int)(Bytes / ItemBytes), 0, threads);
        sink ^= call.Combined;
    }

    /// <summary>Frees the block.</summary>
    public void Dispose()
    {
        GC.KeepAlive(sink);
        NativeBlock.Free(data);
        data = null;
    }

    private static void ReadItem(void* context, int item, byte* workspace)
    {
        var call = (Call*)context;

        // A race between threads loses nothing that matters: the value only has to be used.
        call->Combined ^= Read((ulong*)(call->Data + ((long)item * ItemBytes)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Read(ulong* source)
    {
        ulong* end = source + (ItemBytes / sizeof(ulong));
        Vector512<ulong> a = default, b = default, c = default, d = default;
        for (; source < end; source += Unroll * Vector512<ulong>.Count)
        {
            a ^= Vector512.Load(source);
            b ^= Vector512.Load(source + 8);
            c ^= Vector512.Load(source + 16);
            d ^= Vector512.Load(source + 24);
            a ^= Vector512.Load(source + 32);
            b ^= Vector512.Load(source + 40);
            c ^= Vector512.Load(source + 48);
            d ^= Vector512.Load(source + 56);
        }

        a ^= b ^ c ^ d;
        return a[0] ^ a[1] ^ a[2] ^ a[3] ^ a[4] ^ a[5] ^ a[6] ^ a[7];
    }

    private struct Call
    {
        public byte* Data;
        public ulong Combined;
    }
}
