using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>
/// Native memory, aligned. Blocks that fill large pages are aligned to them, and Linux is asked to use them: a sweep over a cache or a weight
/// matrix in pages of 4 KiB looks up an address every 64 lines. Where the system does not know the request, nothing changes.
/// </summary>
internal static unsafe partial class NativeBlock
{
    /// <summary>Bytes of a large page.</summary>
    public const int LargePage = 1 << 21;

    /// <summary>Alignment of smaller blocks: a cache line, and the widest register.</summary>
    public const int SmallAlignment = 64;

    // A block that is not a whole number of large pages leaves part of its last one in small ones.
    private const nuint LeastLarge = 2 * (nuint)LargePage;
    private const int UseLargePages = 14; // MADV_HUGEPAGE

    private static bool asks = OperatingSystem.IsLinux();

    /// <summary>At least <paramref name="bytes"/> bytes, contents undefined.</summary>
    /// <exception cref="OutOfMemoryException">They could not be had.</exception>
    public static void* Allocate(nuint bytes)
    {
        if (bytes < LeastLarge)
        {
            return NativeMemory.AlignedAlloc(bytes, SmallAlignment);
        }

        void* block = NativeMemory.AlignedAlloc(bytes, LargePage);
        AskForLargePages(block, bytes / LargePage * LargePage);
        return block;
    }

    /// <summary>Gives back what <see cref="Allocate"/> gave.</summary>
    public static void Free(void* block) => NativeMemory.AlignedFree(block);

    // Only a request: what it answers changes nothing.
    private static void AskForLargePages(void* block, nuint bytes)
    {
        if (!asks)
        {
            return;
        }

        try
        {
            _ = Advise(block, bytes, UseLargePages);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            asks = false;
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint bytes, int advice);
}
