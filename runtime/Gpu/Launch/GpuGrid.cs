using AttentionGen.Kernels;

namespace AttentionGen.Gpu;

/// <summary>How many groups a kernel's launch has.</summary>
/// <param name="Tiles">Tiles of each head, of the longest sequence.</param>
/// <param name="Groups">Tiles of all heads of all sequences.</param>
internal readonly record struct GpuGrid(int Tiles, int Groups)
{
    /// <summary>The groups of a launch over queries.</summary>
    public static GpuGrid Of(KernelDescription description, in AttentionArguments arguments, TensorLayout query, int tileRows) =>
        Of(description.Heads, arguments.CumulativeLengths, query, tileRows, nameof(query));

    /// <summary>The groups of a launch over keys.</summary>
    public static GpuGrid OfKeys(KernelDescription description, in AttentionArguments arguments, TensorLayout key, int tileRows) =>
        Of(description.KvHeads, OfKeys(arguments), key, tileRows, nameof(key));

    /// <summary>Keys of the longest sequence.</summary>
    public static int LongestKeys(in AttentionArguments arguments, TensorLayout key) => Longest(OfKeys(arguments), key.Length);

    /// <summary>Throws where a launch has no room for so many groups.</summary>
    public static void CheckGroups(long groups, string what, string name)
    {
        if (groups > int.MaxValue)
        {
            throw new ArgumentException($"{what} make {groups} groups; a launch has at most {int.MaxValue}. Cut the batch.", name);
        }
    }

    private static ReadOnlySpan<int> OfKeys(in AttentionArguments arguments) => arguments.CumulativeKeyLengths.IsEmpty ? arguments.CumulativeLengths : arguments.CumulativeKeyLengths;

    private static GpuGrid Of(int heads, ReadOnlySpan<int> cumulative, TensorLayout layout, int tileRows, string name)
    {
        int sequences = cumulative.IsEmpty ? layout.Batch : cumulative.Length - 1;
        int longest = Longest(cumulative, layout.Length);
        int tiles = (longest + tileRows - 1) / tileRows;
        long groups = (long)tiles * sequences * heads;
        CheckGroups(groups, $"{sequences} sequences of {heads} heads and {longest} positions", name);
        return new GpuGrid(tiles, (int)groups);
    }

    private static int Longest(ReadOnlySpan<int> cumulative, int length)
    {
        if (cumulative.IsEmpty)
        {
            return length;
        }

        int longest = 0;
        for (int s = 1; s < cumulative.Length; s++)
        {
            longest = Math.Max(longest, cumulative[s] - cumulative[s - 1]);
        }

        return longest;
    }
}
