using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace AttentionGen.Kernels;

/// <summary>What a kernel sees of one sequence in a KV cache: plain pointers, valid until the cache's next change of that sequence. The cache must outlive its use.</summary>
/// <param name="pages">The page table.</param>
/// <param name="length">Tokens committed.</param>
/// <param name="headStride">Bytes from one KV head of a page to the next.</param>
/// <param name="fixedPages">Leading pages that a ring never replaces.</param>
/// <param name="ringPages">Pages that take turns behind them; 0: not a ring.</param>
/// <param name="firstToken">The oldest token held behind the fixed pages.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct KvSequence(nint* pages, int length, nint headStride, int fixedPages = 0, int ringPages = 0, int firstToken = 0)
{
    /// <summary>The page table. Page n of a sequence is <see cref="Page"/>(n), not entry n, when the cache is a ring.</summary>
    public readonly nint* Pages = pages;

    /// <summary>Tokens committed: token t is <c>Page(t / PageTokens)</c>, slot <c>t % PageTokens</c>.</summary>
    public readonly int Length = length;

    /// <summary>Bytes from one KV head of a page to the next: that of the shape where pages are shared, more where all pages of a head follow each other.</summary>
    public readonly nint HeadStride = headStride;

    /// <summary>Leading pages that a ring never replaces.</summary>
    public readonly int FixedPages = fixedPages;

    /// <summary>Pages that take turns behind the fixed ones; 0: not a ring.</summary>
    public readonly int RingPages = ringPages;

    /// <summary>The oldest token held: tokens from here to <see cref="Length"/> are held, and those of the fixed pages.</summary>
    public readonly int FirstToken = firstToken;

    /// <summary>Where a KV head begins in page <paramref name="n"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Head(int n, int kvHead) => Page(n) + (kvHead * HeadStride);

    /// <summary>The page that holds tokens <c>n * PageTokens</c> onwards: where its first KV head begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Page(int n) => (byte*)(n < FixedPages || RingPages == 0 ? Pages[n] : Pages[FixedPages + ((n - FixedPages) % RingPages)]);
}
