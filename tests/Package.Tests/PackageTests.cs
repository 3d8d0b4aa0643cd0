using System.IO.Compression;
using Xunit;

namespace AttentionGen.Package.Tests;

/// <summary>The package as a user meets it: a fresh project, a folder feed, the declarations as the README spells them.</summary>
public sealed class PackageTests(Packed packed) : IClassFixture<Packed>
{
    private const string Program = """
        using AttentionGen;

        const int Length = 70, Heads = 8, Dim = 64;
        var random = new Random();
        float[] Draw(int count) => Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f).ToArray();
        float[] query = Draw(Heads * Length * Dim), key = Draw(Heads * Length * Dim), value = Draw(Heads * Length * Dim);
        var output = new float[Heads * Length * Dim];
        Local.Forward(query, key, value, output, 1, Length, Length);

        // The last row of the last head, by the formula: |i - j| <= 4.
        int first = (Heads - 1) * Length;
        double[] weights = Enumerable.Range(Length - 5, 5).Select(j => Math.Exp(Enumerable.Range(0, Dim).Sum(c => (double)query[((first + Length - 1) * Dim) + c] * key[((first + j) * Dim) + c]) / 8)).ToArray();
        double worst = Enumerable.Range(0, Dim).Max(c => Math.Abs((weights.Select((w, n) => w * value[((first + Length - 5 + n) * Dim) + c]).Sum() / weights.Sum()) - output[((first + Length - 1) * Dim) + c]));

        using LocalSelfAttention layer = new(seed: 3);
        var result = new float[Length * 512];
        layer.Forward(Draw(Length * 512), result, 1, Length);
        Console.WriteLine(worst < 1e-5 && result.All(float.IsFinite) && result.Any(x => x != 0) ? "agrees" : $"off by {worst}");

        [Attention(Type = "local", Window = 8, Heads = Shape.Heads, HeadDim = 64)]
        public static partial class Local;

        [Model(DModel = 512, Heads = 8)]
        [Attention(Type = "local", Window = 128)]
        [PositionalEncoding("rope")]
        public partial class LocalSelfAttention;

        static class Shape
        {
            public const int Heads = 8;
        }
        """;

    [Fact]
    public void Fresh_project_builds_and_runs()
    {
        string project = packed.Project("Consumer", Program);
        Result run = Packed.Dotnet(project, "run", "-c", "Release");
        Assert.True(run.Code == 0, run.Output);
        Assert.EndsWith("agrees", run.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_declaration_fails_the_build_with_one_error()
    {
        string project = packed.Project("Mistaken", """
            using AttentionGen;

            Wrong.Forward(new float[99], new float[99], new float[99], new float[99], 1, 1, 1);

            [Attention(DModel = 100, Heads = 3)]
            public static partial class Wrong;
            """);
        Result build = Packed.Dotnet(project, "build", "-c", "Release");
        Assert.NotEqual(0, build.Code);
        Assert.Contains("error ATTN001", build.Output, StringComparison.Ordinal);
        Assert.Contains("1 Error(s)", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_model_fails_the_build_with_one_error_at_its_argument()
    {
        string project = packed.Project("MistakenModel", """
            using AttentionGen;

            using Wrong layer = new(seed: 1);
            layer.Forward(new float[99], new float[99], 1, 1);

            [Model(DModel = 100, Heads = 3)]
            [Attention(Type = "causal")]
            public partial class Wrong;
            """);
        Result build = Packed.Dotnet(project, "build", "-c", "Release");
        Assert.NotEqual(0, build.Code);
        Assert.Contains("Program.cs(6,22): error ATTN001", build.Output, StringComparison.Ordinal);
        Assert.Contains("1 Error(s)", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Prebuilt_kernels_run_without_a_declaration()
    {
        string project = packed.Project("Chooser", """
            using AttentionGen;
            using AttentionGen.Prebuilt;

            const int Length = 33, Heads = 8, Dim = 64;
            var random = new Random();
            float[] Draw() => Enumerable.Range(0, Heads * Length * Dim).Select(_ => random.NextSingle() - 0.5f).ToArray();
            float[] query = Draw(), key = Draw(), value = Draw(), output = Draw();
            AttentionFactory.Create(new AttentionOptions { Type = "causal", Heads = Heads, DModel = Heads * Dim })
                .Forward(query, key, value, output, 1, Length, Length);

            // The second row of the last head sees two keys.
            int first = (Heads - 1) * Length;
            double[] scores = [.. Enumerable.Range(0, 2).Select(j => Enumerable.Range(0, Dim).Sum(c => (double)query[((first + 1) * Dim) + c] * key[((first + j) * Dim) + c]) / 8)];
            double weight = 1 / (1 + Math.Exp(scores[1] - scores[0]));
            double worst = Enumerable.Range(0, Dim).Max(c => Math.Abs((weight * value[(first * Dim) + c]) + ((1 - weight) * value[((first + 1) * Dim) + c]) - output[((first + 1) * Dim) + c]));
            Console.WriteLine(worst < 1e-5 ? "agrees" : $"off by {worst}");
            """, "AttentionGen.Prebuilt");
        Result run = Packed.Dotnet(project, "run", "-c", "Release");
        Assert.True(run.Code == 0, run.Output);
        Assert.EndsWith("agrees", run.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Package_carries_runtime_and_compiler_parts()
    {
        using ZipArchive archive = ZipFile.OpenRead(packed.Nupkg("AttentionGen"));
        string[] names = archive.Entries.Select(entry => entry.FullName).ToArray();
        foreach (string expected in new[]
        {
            "lib/net10.0/AttentionGen.dll",
            "lib/net10.0/AttentionGen.xml",
            "analyzers/dotnet/cs/AttentionGen.Generator.dll",
            "analyzers/dotnet/cs/AttentionGen.Analyzers.dll",
            "analyzers/dotnet/cs/AttentionGen.CodeFixes.dll",
            "buildTransitive/AttentionGen.props",
            "README.md",
        })
        {
            Assert.Contains(expected, names);
        }
    }
}
