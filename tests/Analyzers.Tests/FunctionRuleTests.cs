using System.Collections.Immutable;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Analyzers.Tests;

/// <summary>Rules about user functions: what each underlines in the function itself, and the nearest functions that are fine.</summary>
public class FunctionRuleTests
{
    private const string Standard = "[Attention(Heads = 8, HeadDim = 64)]";

    /// <summary>Members; the only rule that fires; the text it underlines; what its message must say.</summary>
    public static TheoryData<string, string, string, string> Firing => new()
    {
        { "static int window = 4; static bool Keep(int query, int key) => query - key < window;", "ATTN040", "window", "static field 'window', which can change" },
        { "static int Window { get; set; } static bool Keep(int query, int key) => query - key < Window;", "ATTN040", "Window", "which is state" },
        { "static readonly float[] Table = Make(); static float[] Make() => new float[3]; static float Score(float score, int key) => Table[key & 1];", "ATTN040", "Table", "not known at compile time" },
        { "static readonly int Now = System.Environment.TickCount; static bool Keep(int query, int key) => key < Now;", "ATTN040", "Now", "TickCount" },
        { "static bool Keep(int query, int key) => System.Random.Shared.Next(key) > 3;", "ATTN040", "System.Random.Shared.Next(key)", "Random.Next" },
        { "static bool Keep(int query, int key) { for (int i = 0; i < key; i++) { } return true; }", "ATTN040", "for (int i = 0; i < key; i++) { }", "a loop" },
        { "static bool Keep(int query, int key) { int a = 0; a = key; return a < query; }", "ATTN040", "a = key;", "an assignment" },
        { "static bool Keep(int query, int key) => (long)query * key < 9;", "ATTN040", "(long)query * key", "arithmetic in 'long'" },
        { "static bool Keep(int query, int key) => query * 0.5 < key;", "ATTN040", "query * 0.5", "masks must be exact" },
        { "static bool Keep(int query, int key) => key % (query & 3) == 0;", "ATTN040", "key % (query & 3)", "may be zero (from 0 to 3)" },
        { "static bool Keep(int query, int key) => key << query > 3;", "ATTN040", "key << query", "a shift by an amount" },
        { "static bool Keep(int query, int key) => checked(key + 1) > query;", "ATTN040", "key + 1", "checked arithmetic" },
        { "static bool Keep(int query, int key) => key is 3 or 4;", "ATTN040", "key is 3 or 4", "a pattern" },
        { "static bool Keep(int query, int key) => Even(key); static bool Even(int n) => n == 0 || !Even(n - 1);", "ATTN040", "Even(n - 1)", "recursion" },
        { "static bool Keep(int query, int key) => Far(key); static bool Far(int n) { throw null!; }", "ATTN040", "throw null!;", "a throw" },
        { "static float Score(float score, int key) => System.MathF.Pow(score, 0.3f);", "ATTN040", "System.MathF.Pow(score, 0.3f)", "whole constant" },
        { "static float Score(float score, int key) => score % 3f;", "ATTN040", "score % 3f", "'%' on floats" },
        { "static float Score(float score, int key) => System.MathF.Cbrt(score);", "ATTN040", "System.MathF.Cbrt(score)", "no vector form" },
        { "static readonly float[] Table = [1f, 2f]; static float Score(float score, int key) => score + Table[key];", "ATTN041", "key", "2 elements, at an index from 0 to 16777215" },
        { "static readonly float[] Table = [1f, 2f]; static float Score(float score, int head) => score + Table[head];", "ATTN041", "head", "from 0 to 7" },
        { "static readonly float[] Table = [1f, 2f]; static float Score(float score, int query, int key) => query - key < 2 ? Table[query - key] : score;", "ATTN041", "query - key", "to 1" },
        { "static bool Keep(int i, int j) => i < j;", "ATTN070", "Keep", "'int i' is none of those" },
        { "static int Keep(int query, int key) => 0;", "ATTN070", "Keep", "it returns int" },
        { "static bool Keep(int query, ref int key) => true;", "ATTN070", "Keep", "'ref int key'" },
        { "static float Score(double score, int head, int query, int key) => 0;", "ATTN070", "Score", "'double score'" },
        { "static bool Keep(int query, int key) => true; static bool Keep(int head, int query, int key) => true;", "ATTN070", "Keep", "more than one Keep" },
    };

    /// <summary>Functions on the silent side.</summary>
    public static TheoryData<string> Silent =>
    [
        "const int Window = 4; static bool Keep(int query, int key) => query - key < Window;",
        "static readonly int Window = 2 * 4; static bool Keep(int query, int key) => query - key < Window;",
        "static int Window => 4; static bool Keep(int query, int key) => query - key < Window;",
        "static int unrelated; static bool Keep(int query, int key) => query == key;",
        "static bool Keep(int query, int key) { int far = query - key; if (far < 0) { return false; } else if (far > 9) return key < 4; return true; }",
        "static bool Keep(int query, int key) => key % (1 + (query & 3)) == 0;",
        "static bool Keep(int query, int key) => (float)key * 0.5f < query;",
        "static float Score(float score, int key) => (float)(System.Math.Exp(-0.1 * key) * score);",
        "static float Score(float score, int head) => score * System.MathF.Pow(2f, -head);",
        "static readonly float[] Table = [1f, 2f]; static float Score(float score, int key) => key < 2 ? score + Table[key] : score;",
        "static readonly float[] Table = [1f, 2f]; static float Score(float score, int key) { if (key >= Table.Length) return score; return score + Table[key]; }",
        "static readonly float[] Table = [1f, 2f]; static float Score(float score, int key) => score + Table[System.Math.Min(key, 1)];",
        "static System.ReadOnlySpan<float> Table => [1f, 2f, 3f]; static float Score(float score, int head) => score + Table[head % 3];",
        "static bool Keep(int query, int key) => Near(key, query); static bool Near(int a, int b) => System.Math.Abs(a - b) < 3;",
        "void Keep() { } static bool Keep(int query, int key) => key <= query;",
    ];

    [Theory]
    [MemberData(nameof(Firing))]
    public async Task Fires_at_the_expression(string members, string id, string underlined, string says)
    {
        ImmutableArray<Diagnostic> faults = await Lab.FaultsAsync(Host(Standard, members));

        Diagnostic fault = faults[0];
        Assert.All(faults, other => Assert.Equal(id, other.Id));
        Assert.Equal(id == "ATTN041" ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error, fault.Severity);
        Assert.Contains(underlined, faults.Select(Lab.Underlined));
        Assert.Contains(says, string.Concat(faults.Select(other => other.GetMessage())), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Silent))]
    public async Task Stays_silent(string members)
    {
        string source = Host(Standard, members).Replace("static partial class", members.StartsWith("void", StringComparison.Ordinal) ? "partial class" : "static partial class", StringComparison.Ordinal);
        Assert.Empty(Lab.Compile(source).GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        Assert.Empty(await Lab.FaultsAsync(source));
    }

    [Fact]
    public async Task Custom_attention_needs_a_mask()
    {
        Diagnostic fault = Assert.Single(await Lab.FaultsAsync(Declare.Kernel("[Attention(\"custom\", Heads = 8, HeadDim = 64)]")));
        Assert.Equal(("ATTN071", "\"custom\""), (fault.Id, Lab.Underlined(fault)));
        Assert.Empty(await Lab.FaultsAsync(Host("[Attention(\"custom\", Heads = 8, HeadDim = 64)]", "static bool Keep(int query, int key) => key <= query;")));
    }

    [Fact]
    public async Task A_function_in_another_file_is_underlined_there()
    {
        Diagnostic fault = Assert.Single(await Lab.FaultsAsync(
            Declare.Kernel(Standard),
            "public static partial class Host\n{\n    // A comment.\n    static int state;\n    static bool Keep(int query, int key) => key < state;\n}\n"));
        Assert.Equal("Source1.cs", fault.Location.SourceTree!.FilePath);
        Assert.Equal("state", Lab.Underlined(fault));
        Assert.Equal(4, fault.Location.GetLineSpan().StartLinePosition.Line);
    }

    [Fact]
    public async Task A_lookup_fits_once_the_lengths_say_so()
    {
        const string members = "static readonly float[] Table = [1f, 2f, 3f]; static float Score(float score, int query, int key) => score + Table[System.Math.Abs(query - key)];";
        Assert.Equal("ATTN041", Assert.Single(await Lab.FaultsAsync(Host("[Attention(Heads = 8, HeadDim = 64, MaxLength = 4)]", members))).Id);
        Assert.Empty(await Lab.FaultsAsync(Host("[Attention(Heads = 8, HeadDim = 64, MaxLength = 3)]", members)));
    }

    [Fact]
    public async Task Code_that_does_not_compile_is_left_to_the_compiler() =>
        Assert.Empty(await Lab.AnalyzeAsync(Lab.Compile(Host(Standard, "static bool Keep(int query, int key) => nowhere + key;"))));

    [Fact]
    public async Task A_cross_layer_whose_function_reads_the_query_must_say_how_it_lines_up() =>
        Assert.Equal("ATTN008", Assert.Single(await Lab.FaultsAsync(
            "using AttentionGen;\n[Attention(Heads = 8, DModel = 64, Cross = true)]\npublic partial class Host { static bool Keep(int query, int key) => key <= query; }")).Id);

    private static string Host(string attributes, string members) => $"using AttentionGen;\n\n{attributes}\npublic static partial class Host\n{{\n{members}\n}}\n";
}
