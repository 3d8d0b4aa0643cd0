using System.ComponentModel;
using AttentionGen.Kernels;

namespace AttentionGen.Gpu;

/// <summary>
/// The order in which a launch over queries visits its tiles. Devices start groups in the order of their index. Heads are taken in sections whose keys and values the
/// cache holds together; of a section come the last tiles of all heads, then those before them, and so on: in causal attention the groups with the most keys start first,
/// and the last to start have the fewest, so that no multiprocessor is left with a long one at the end. Neighbouring groups are of neighbouring heads, and query heads
/// that share a key/value head are neighbours.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuOrder
{
    /// <summary>The tile of a group, as <see cref="GpuWork.Of"/> takes it: counted head by head.</summary>
    public static int Place(GpuAttentionCall call, int group)
    {
        int ofFirst = call.Tiles * call.HeadsFirst, together = Math.Max(1, call.HeadsTogether);
        if (group < ofFirst)
        {
            return (group % call.HeadsFirst * call.Tiles) + (group / call.HeadsFirst);
        }

        int section = (group - ofFirst) / (call.Tiles * together), within = (group - ofFirst) % (call.Tiles * together);
        return ((call.HeadsFirst + (section * together) + (within % together)) * call.Tiles) + (within / together);
    }

    /// <summary>The heads of a section, and of the first one where it is smaller (otherwise 0).</summary>
    /// <param name="heads">Query heads of all sequences.</param>
    /// <param name="groupSize">Query heads that share a key/value head.</param>
    /// <param name="headBytes">Bytes of a head's keys and values.</param>
    /// <param name="cacheBytes">The device's last cache; 0: not known.</param>
    public static (int Together, int First) Sections(int heads, int groupSize, long headBytes, long cacheBytes)
    {
        // Two thirds of the cache: queries and outputs pass through it too, and sections overlap where one ends.
        long kvHeads = Math.Max(1, cacheBytes * 2 / 3 / Math.Max(1, headBytes));
        int together = (int)Math.Min(heads, kvHeads * groupSize);

        // What is left over comes first: the last section is a whole one, whose short groups even out the end.
        return (together, heads % together);
    }

    /// <summary>Sets the tiles of a launch and the sizes of its sections.</summary>
    /// <param name="call">The call.</param>
    /// <param name="description">The declaration.</param>
    /// <param name="grid">The launch.</param>
    /// <param name="keys">Keys of the longest sequence.</param>
    /// <param name="elementBytes">Bytes of an element of keys and values.</param>
    /// <param name="cacheBytes">The device's last cache; 0: not known.</param>
    internal static void Set(ref GpuAttentionCall call, KernelDescription description, GpuGrid grid, int keys, int elementBytes, long cacheBytes)
    {
        call.Tiles = grid.Tiles;
        (call.HeadsTogether, call.HeadsFirst) = Sections(grid.Groups / grid.Tiles, description.Heads / description.KvHeads, (long)keys * (description.HeadDim + description.ValueDim) * elementBytes, cacheBytes);
    }
}
