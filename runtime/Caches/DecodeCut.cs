using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>
/// How a short call over a cache is cut into parts of a fixed number of keys, which are computed by any thread and merged in order: the parts and the order
/// depend on lengths alone, so results do not depend on threads (split keys after Flash-Decoding, Dao et al. 2023).
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct DecodeCut
{
    /// <summary>Parts of each KV head; 0: the call is not short, or its kernel has no other.</summary>
    public int Parts;

    /// <summary>Leading parts, which hold the keys that every query sees, before <see cref="FirstPart"/>.</summary>
    public int SinkParts;

    /// <summary>The number of the first part that is not leading, counted from the first key.</summary>
    public int FirstPart;

    /// <summary><c>[KV heads, parts, rows, floats of a row]</c>; null where there is one part.</summary>
    public float* Partials;

    /// <summary><c>[KV heads]</c>: parts that are finished.</summary>
    public int* Finished;

    /// <summary>The number of a part's first key in units of parts.</summary>
    public readonly int Place(int part) => part < SinkParts ? part : part - SinkParts + FirstPart;
}
