using AttentionGen.Reference;

namespace AttentionGen.Conformance.Declarations;

/// <summary>Functions as users write them: masks that become loop bounds, masks that don't, and scores of every kind.</summary>
public static class FunctionVariants
{
    /// <summary>Types whose kernels compute no scores.</summary>
    public static IReadOnlyList<string> WithoutScores { get; } = ["linear", "performer"];

    public static IReadOnlyList<FunctionDeclaration> Keeps { get; } =
    [
        Mask("local causal", "key <= query && query - key <= 17", (_, i, j) => j <= i && i - j <= 17),
        Mask("window", "Math.Abs(query - key) <= 5", (_, i, j) => Math.Abs(i - j) <= 5),
        Mask("past", "key < query", (_, i, j) => j < i),
        Mask("ahead", "key > query + 2 && !(key > query + 40)", (_, i, j) => j > i + 2 && j <= i + 40),
        Mask("sinks", "(key < 3 || query - key < 9) && key <= query", (_, i, j) => (j < 3 || i - j < 9) && j <= i),
        Mask("prefix", "key < 20 || key <= query", (_, i, j) => j < 20 || j <= i),
        Mask("global", "query < 5 || key < 5 || Math.Abs(key - query) <= 8", (_, i, j) => i < 5 || j < 5 || Math.Abs(j - i) <= 8),
        Mask("wide global", "query < 2 || key < 3 || Math.Abs(key - query) <= 36", (_, i, j) => i < 2 || j < 3 || Math.Abs(j - i) <= 36),
        Mask("global blocks", "query < 4 || key < 4 || query / 34 == key / 34", (_, i, j) => i < 4 || j < 4 || i / 34 == j / 34),
        Mask("first keys", "key < 33", (_, _, j) => j < 33),
        Mask("every seventh", "key % 7 == 0 && key <= query", (_, i, j) => j % 7 == 0 && j <= i),
        Mask("blocks", "query / 16 == key / 16", (_, i, j) => i / 16 == j / 16),
        Mask("near blocks", "Math.Abs(query / 10 - key / 10) <= 1 && key <= query", (_, i, j) => Math.Abs((i / 10) - (j / 10)) <= 1 && j <= i),
        Mask("strided or near", "key % 5 == 0 || Math.Abs(query - key) <= 2", (_, i, j) => j % 5 == 0 || Math.Abs(i - j) <= 2),
        Mask("hash", "((query * 31 + key * 17) & 63) < 40", (_, i, j) => (unchecked((i * 31) + (j * 17)) & 63) < 40),
        Mask("diagonals", "(query + key) % 3 != 1 && key <= query + 100", (_, i, j) => (i + j) % 3 != 1 && j <= i + 100),
        Mask("nothing", "key > query && key < query", (_, _, _) => false),
        new("per head", "private static bool Keep(int head, int query, int key) => key % (head + 2) == 0 || key == query;", new(static (h, i, j) => j % (h + 2) == 0 || j == i, null)),
        new(
            "tree",
            """
            private static readonly int[] Parent = { -1, 0, 0, 1, 1, 2, 2, 3 };
            private static bool Keep(int query, int key)
            {
                int node = query & 7;
                if (node == (key & 7)) { return true; }
                int up = Parent[node];
                return up >= 0 && up == (key & 7);
            }
            """,
            new(static (_, i, j) => (i & 7) == (j & 7) || (i & 7, j & 7) is (1, 0) or (2, 0) or (3, 1) or (4, 1) or (5, 2) or (6, 2) or (7, 3), null)),
        new(
            "helpers",
            """
            private const int Width = 12;
            private static readonly int Reach = Width / 2;
            private static int Distance(int a, int b) => Math.Abs(a - b);
            private static bool Keep(int query, int key) { int far = Distance(query, key); return far <= Reach || far == 3 * Width; }
            """,
            new(static (_, i, j) => Math.Abs(i - j) is <= 6 or 36, null)),
    ];

    public static IReadOnlyList<FunctionDeclaration> Scores { get; } =
    [
        Bias("alibi", "score - MathF.Pow(2f, -(head + 1)) * Math.Abs(query - key)", static (s, h, i, j) => s - (Math.Pow(2, -(h + 1)) * Math.Abs(i - j))),
        Bias("table of heads", "score + Slope[head] * (key - query)", static (s, h, i, j) => s + ((0.5 / (1 << (h % 4))) * (j - i) * 0.125), members: "private static readonly float[] Slope = { 0.0625f, 0.03125f, 0.015625f, 0.0078125f, 0.0625f, 0.03125f, 0.015625f, 0.0078125f };"),
        Bias("table of distances", "score + Near[Math.Min(Math.Abs(query - key), 3)]", static (s, _, i, j) => s + new[] { 0.5, 0.25, -0.5, -1.5 }[Math.Min(Math.Abs(i - j), 3)], members: "private static ReadOnlySpan<float> Near => [0.5f, 0.25f, -0.5f, -1.5f];"),
        Bias("soft cap", "20f * MathF.Tanh(score / 20f)", static (s, _, _, _) => 20 * Math.Tanh(s / 20)),
        Bias("gain", "score * 1.25f + (head == 0 ? 1f : 0.5f)", static (s, h, _, _) => (s * 1.25) + (h == 0 ? 1 : 0.5), gain: 1.25),
        Bias("choice", "key > query ? float.NegativeInfinity : score", static (s, _, i, j) => j > i ? double.NegativeInfinity : s),
        Bias("clamped", "Math.Clamp(score, -3f, 3f)", static (s, _, _, _) => Math.Clamp(s, -3, 3)),
        Bias("doubles", "(float)(score + Math.Sin(query * 0.001) - Math.Exp(-0.01 * key))", static (s, _, i, j) => s + Math.Sin(i * 0.001) - Math.Exp(-0.01 * j)),
        Bias("square", "score - 0.001f * MathF.Pow(query - key, 2f)", static (s, _, i, j) => s - (0.001 * (i - j) * (i - j))),
        Bias("log", "score - MathF.Log(1f + Math.Abs(query - key)) * MathF.Sqrt(key + 1f) * 0.1f", static (s, _, i, j) => s - (Math.Log(1 + Math.Abs(i - j)) * Math.Sqrt(j + 1) * 0.1)),
    ];

    /// <summary>Masks, scores, and both together.</summary>
    public static IReadOnlyList<FunctionDeclaration> All { get; } = [.. Keeps, .. Scores, .. Scores.Select((score, n) => Both(Keeps[n * 5 % Keeps.Count], score))];

    /// <summary>The one of that name.</summary>
    public static FunctionDeclaration Find(string name) => All.First(function => function.Name == name);

    private static FunctionDeclaration Mask(string name, string body, Func<int, int, int, bool> keep) =>
        new(name, $"private static bool Keep(int query, int key) => {body};", new UserFunctions(keep, null));

    private static FunctionDeclaration Bias(string name, string body, Func<double, int, int, int, double> score, double gain = 1, string members = "") =>
        new(name, $"{members}\nprivate static float Score(float score, int head, int query, int key) => {body};", new UserFunctions(null, score, gain));

    private static FunctionDeclaration Both(FunctionDeclaration mask, FunctionDeclaration score) =>
        new($"{mask.Name} and {score.Name}", mask.Source + "\n" + score.Source, score.Meaning with { Keep = mask.Meaning.Keep });
}
