using System.ComponentModel;

namespace AttentionGen.Gpu;

/// <summary>
/// How the keys of a decoded sequence are cut into parts, which groups take and whose results are merged in order. It depends on the sequence's lengths alone, not on the
/// device or on what else is in the call, and so do the bits of the result (split keys after Flash-Decoding, Dao et al. 2023).
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct GpuDecodeCut
{
    /// <summary>Parts hold a multiple of so many keys.</summary>
    public const int Block = 256;

    /// <summary>Threads of a group that merges: one for each part.</summary>
    public const int MostParts = 128;

    // So many parts of each of 8 KV heads fill a large device once.
    private const int WantedParts = 64;

    /// <summary>Keys of a part.</summary>
    public int Keys;

    /// <summary>Parts.</summary>
    public int Parts;

    /// <summary>Leading parts, which hold the keys that every query sees.</summary>
    public int SinkParts;

    /// <summary>The number of the first part that is not leading, counted from the first key.</summary>
    public int FirstPart;

    /// <summary>The cut of a sequence.</summary>
    /// <param name="past">Keys before the first new token.</param>
    /// <param name="length">Keys with the new tokens'.</param>
    /// <param name="reach">Keys before a query that it may see.</param>
    /// <param name="sinks">Leading keys that every query may see.</param>
    public static GpuDecodeCut Of(int past, int length, int reach, int sinks)
    {
        int first = Math.Max(0, past - Math.Min(reach, past));
        int leading = Math.Min(sinks, first);
        int blocks = (length - first + leading + Block - 1) / Block;
        GpuDecodeCut cut = default;
        cut.Keys = Block * Math.Max(1, (blocks + WantedParts - 1) / WantedParts);
        cut.FirstPart = first / cut.Keys;
        cut.SinkParts = Math.Min(cut.FirstPart, (leading + cut.Keys - 1) / cut.Keys);
        cut.Parts = cut.SinkParts + ((length + cut.Keys - 1) / cut.Keys) - cut.FirstPart;
        return cut;
    }

    /// <summary>A part's first key.</summary>
    public static int From(GpuDecodeCut cut, int part) => (part < cut.SinkParts ? part : part - cut.SinkParts + cut.FirstPart) * cut.Keys;
}
