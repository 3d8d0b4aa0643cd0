namespace AttentionGen.Reference;

/// <summary>Whether a query may see a key, by the type's own definition.</summary>
/// <param name="parameters">What was declared.</param>
/// <param name="query">The query's aligned index: the key index it stands at. May be negative or past the last key.</param>
/// <param name="key">The key's index.</param>
/// <param name="keyLength">Real keys of the sequence.</param>
public delegate bool VisibleRule(Parameters parameters, int query, int key, int keyLength);

/// <summary>One softmax of an attention type.</summary>
/// <param name="Sees">Which keys take part.</param>
/// <param name="Coefficient">What its output is multiplied by; the softmaxes are added.</param>
/// <param name="Half">0 or 1: it compares that half of the features of queries and keys; null: all of them.</param>
public sealed record ReferenceSoftmax(VisibleRule Sees, double Coefficient = 1, int? Half = null);

/// <summary>The attention types, a few lines each: which keys a query may see, and how many softmaxes there are.</summary>
public static class ReferenceTypes
{
    private static readonly Dictionary<string, VisibleRule> Rules = new()
    {
        ["standard"] = (_, _, _, _) => true,
        ["causal"] = (_, i, j, _) => j <= i,
        ["local"] = (p, i, j, _) => j < p.Int("Sinks", 0) || InWindow(p, i, j, 128),
        ["exclusive"] = (_, i, j, _) => i != j,
        ["strided"] = (p, i, j, _) => Math.Abs(i - j) <= p.Int("Local", 1) || j % p.Int("Stride", 64) == 0,
        ["kvstrided"] = (p, _, j, _) => j % p.Int("Stride", 4) == 0,
        ["block"] = (p, i, j, _) => Math.Abs(BlockOf(p, i) - BlockOf(p, j)) <= p.Int("Neighbours", 0),
        ["localglobal"] = (p, i, j, _) => InWindow(p, i, j, 64) || IsGlobal(p, i) || IsGlobal(p, j),
        ["custom"] = (_, _, _, _) => true, // and the problem's Functions.Keep
        ["relative"] = (_, _, _, _) => true,
        ["t5"] = (_, _, _, _) => true,
        ["crossmemory"] = (_, _, _, _) => true,
        ["landmark"] = (p, _, j, length) => Landmarks(p.Int("Landmarks", 64), length).Contains(j),
    };

    /// <summary>The names of all types.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Rules.Keys, "differential", "linear", "performer", SelectiveScan.Name];

    /// <summary>The softmaxes of a declared type.</summary>
    public static IReadOnlyList<ReferenceSoftmax> Softmaxes(string type, Parameters parameters) => type switch
    {
        "differential" => [new((_, _, _, _) => true, 1, 0), new((_, _, _, _) => true, -parameters.Number("Lambda", 0.8), 1)],
        "localglobal" when parameters.Int("Fusion", 0) == 1 =>
        [
            new((p, i, j, _) => InWindow(p, i, j, 64), 0.5),
            new((p, i, j, _) => IsGlobal(p, i) || IsGlobal(p, j), 0.5),
        ],
        _ when FeatureAttention.Covers(type) => [new((_, _, _, _) => true)],
        _ => [new(Rules[type])],
    };

    private static bool InWindow(Parameters p, int i, int j, int window)
    {
        if (p.Has("WindowLeft") || p.Has("WindowRight"))
        {
            return i - p.Int("WindowLeft", 0) <= j && j <= i + p.Int("WindowRight", 0);
        }

        return Math.Abs(i - j) <= p.Int("Window", window) / 2;
    }

    private static int BlockOf(Parameters p, int index) => (int)Math.Floor((double)index / p.Int("BlockSize", 64));

    private static bool IsGlobal(Parameters p, int index) => index < p.Int("GlobalTokens", 4);

    // numpy: round(linspace(0, length - 1, count)), which rounds halves to even.
    private static IEnumerable<int> Landmarks(int landmarks, int length)
    {
        int count = Math.Min(landmarks, length);
        return Enumerable.Range(0, count).Select(n => count == 1 ? 0 : (int)Math.Round(n * ((double)(length - 1) / (count - 1)), MidpointRounding.ToEven));
    }
}
