using System.Collections.Immutable;
using AttentionGen.Testing;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Analyzers.Tests;

/// <summary>The analyzer reports a blocking error exactly when the generator writes a throwing surface, for declarations nobody wrote by hand.</summary>
public class AgreementTests
{
    private static readonly string[] Sizes = ["-1", "0", "1", "2", "3", "8", "63", "64", "512", "65536", "65537", "int.MaxValue", "int.MinValue"];
    private static readonly string[] Reals = ["0", "1", "-1", "0.5", "10000", "1e40", "1e-40", "double.NaN", "double.PositiveInfinity"];
    private static readonly string[] Alignments = ["CausalAlignment.Unspecified", "CausalAlignment.TopLeft", "CausalAlignment.BottomRight", "(CausalAlignment)9"];
    private static readonly string[] Flags = ["true", "false"];
    private static readonly string[] Functions =
    [
        "", "", "", "",
        "static bool Keep(int query, int key) => key <= query;",
        "static bool Keep(int query, int key) => key % query == 0;",
        "static bool Keep(int key) => true; static int Score;",
        "static float Score(float score, int head) => score / (head + 1);",
        "static float state = 1; static float Score(float score, int head) => score * state;",
    ];

    [Fact]
    public void Analyzer_and_generator_agree_on_what_is_invalid()
    {
        (int valid, int invalid) = (0, 0);
        Prop.ForAll(Arb.From(Declarations()), source =>
            {
                CSharpCompilation compilation = Lab.Compile(source);
                Assert.Empty(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
                if (Agree(compilation))
                {
                    valid++;
                }
                else
                {
                    invalid++;
                }
            })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400));

        // Agreement on one side only would say nothing.
        Assert.True(valid >= 10 && invalid >= 10, $"{valid} valid and {invalid} invalid declarations were drawn.");
    }

    [Theory]
    [InlineData("[AttentionGen.Attention(Heads = 8, HeadDim = 64)] static class Host { }")]
    [InlineData("[AttentionGen.Attention(Heads = 8, HeadDim = 64)] static partial class Host { }")]
    [InlineData("class Outer { [AttentionGen.Attention(Heads = 8, HeadDim = 64)] static partial class Host { } }")]
    [InlineData("[AttentionGen.Attention] partial class Host { }")]
    public void They_agree_on_the_class(string source) => Agree(Lab.Compile(source));

    [Theory]
    [InlineData(true, LanguageVersion.CSharp11)]
    [InlineData(false, LanguageVersion.CSharp12)]
    [InlineData(true, LanguageVersion.CSharp12)]
    public void They_agree_on_the_project(bool allowUnsafe, LanguageVersion version) =>
        Agree(Lab.Compile(new CSharpParseOptions(version), allowUnsafe, "[AttentionGen.Attention(Heads = 8, HeadDim = 64)] static partial class Host { }"));

    [Theory]
    [InlineData("[AttentionGen.Attention(Heads = 8, HeadDim = 64)] static partial class Host<T> { }")]
    [InlineData("[AttentionGen.Attention(Heads = 8, HeadDim = 64)] partial record Host;")]
    [InlineData("[AttentionGen.Attention(Heads = 8, HeadDim = 64)] file partial class Host;")]
    public void A_class_without_another_half_gets_none(string source) => Assert.Empty(Lab.Generate(Lab.Compile(source)));

    // True when both sides hold the declaration valid.
    private static bool Agree(CSharpCompilation compilation)
    {
        ImmutableArray<Diagnostic> found = Lab.AnalyzeAsync(compilation).GetAwaiter().GetResult();
        SortedDictionary<string, string> files = Lab.Generate(compilation);
        string surface = files[files.Keys.Single(name => name.EndsWith("Host.g.cs", StringComparison.Ordinal))];

        Diagnostic? blocking = found.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).OrderBy(diagnostic => diagnostic.Id, StringComparer.Ordinal).FirstOrDefault();
        if (blocking is null)
        {
            Assert.DoesNotContain("ATTN0", surface, StringComparison.Ordinal);
        }
        else
        {
            // The surface names the very rule, and no kernel is written beside it.
            Assert.Contains(blocking.Id, surface, StringComparison.Ordinal);
            Assert.Single(files);
        }

        return blocking is null;
    }

    private static Gen<string> Declarations() =>
        from type in Gen.Elements(["Local", "sdpa", "lokal", .. AttentionTypes.All])
        from arguments in Subset(
            ("Heads", Sizes), ("DModel", Sizes), ("HeadDim", Sizes), ("KvHeads", Sizes), ("ValueDim", Sizes), ("MaxLength", Sizes), ("MaxKeyLength", Sizes),
            ("Window", Sizes), ("WindowLeft", Sizes), ("WindowRight", Sizes), ("Sinks", Sizes), ("Stride", Sizes), ("Local", Sizes), ("BlockSize", Sizes), ("Neighbours", Sizes),
            ("GlobalTokens", Sizes), ("Fusion", ["FusionMode.Average", "(FusionMode)7"]), ("Landmarks", Sizes), ("MaxRelativePosition", Sizes), ("Values", Flags), ("Scaled", Flags),
            ("Buckets", Sizes), ("MaxDistance", Sizes), ("Bidirectional", Flags), ("FusionRatio", Reals), ("Residual", Flags), ("Features", Sizes), ("FeatureSeed", Sizes),
            ("Kernel", ["FeatureKernel.Relu", "(FeatureKernel)9"]), ("Lambda", Reals), ("StateSize", Sizes), ("Expansion", Sizes), ("Convolution", Sizes), ("DtRank", Sizes), ("Softcap", Reals), ("QkNorm", ["QkNormalisation.Rms", "QkNormalisation.L2", "(QkNormalisation)3"]),
            ("LearnedSinks", Flags), ("SinkLogits", ["new float[] { 1, 2, 3, 4, 5, 6, 7, 8 }", "new float[] { float.NaN }", "null"]), ("Dropout", Reals),
            ("Scale", Reals), ("Temperature", Reals), ("Causal", Flags), ("Cross", Flags), ("Bias", Flags), ("CausalAlignment", Alignments))
        from likely in Gen.Elements("", ", Heads = 8, HeadDim = 64", ", Heads = 8, DModel = 512")
        from encodings in Gen.ListOf(Encodings())
        from isStatic in Gen.Elements("static ", "")
        let given = likely.Length == 0 ? arguments : string.Concat(Pairs(arguments).Where(pair => !pair.StartsWith("Heads", StringComparison.Ordinal) && !pair.StartsWith("HeadDim", StringComparison.Ordinal) && !pair.StartsWith("DModel", StringComparison.Ordinal)).Select(pair => ", " + pair))
        from function in Gen.Elements(Functions)
        select $"using AttentionGen;\n[Attention(\"{type}\"{likely}{given})]\n{string.Concat(encodings.Take(2))}public {isStatic}partial class Host {{ {function} }}\n";

    private static Gen<string> Encodings() =>
        from type in Gen.Elements(["rotary", "ALIBI", "alibye", .. PositionalEncodings.All])
        from arguments in Subset(("Base", Reals), ("MaxLength", Sizes), ("Learnable", Flags), ("RotaryDim", Sizes), ("Layout", ["RotaryLayout.Interleaved", "(RotaryLayout)5"]), ("Slopes", ["new float[] { 1, 2, 3 }", "new float[] { 1, 2, 3, 4, 5, 6, 7, 8 }", "null"]),
            ("Scaling", ["RotaryScaling.Linear", "RotaryScaling.Ntk", "RotaryScaling.Yarn", "RotaryScaling.LongRope", "RotaryScaling.Llama3", "(RotaryScaling)8"]), ("ScalingFactor", Reals),
            ("OriginalMaxLength", Sizes), ("BetaFast", Reals), ("AttentionFactor", Reals), ("ShortFactors", ["new float[] { 1, 2, 3 }", "null"]), ("LongFactors", ["new float[] { 1, 2, 3 }"]),
            ("Sections", ["new int[] { 16, 8, 8 }", "new int[] { -1, 33 }", "null"]), ("ScaleBase", Reals), ("MaxRelativePosition", Sizes), ("Values", Flags), ("Buckets", Sizes), ("MaxDistance", Sizes))
        select $"[PositionalEncoding(\"{type}\"{arguments})]\n";

    private static string[] Pairs(string arguments) => arguments.Split(", ", StringSplitOptions.RemoveEmptyEntries);

    // Each argument is written one time in eight.
    private static Gen<string> Subset(params (string Name, string[] Values)[] arguments) => arguments.Aggregate(
        Gen.Constant(""),
        (rest, argument) =>
            from before in rest
            from lot in Gen.Choose(0, 7)
            from value in Gen.Elements(argument.Values)
            select lot == 0 ? $"{before}, {argument.Name} = {value}" : before);
}
