using System.Runtime.Loader;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Analyzers.Tests;

/// <summary>Compiles the hosts that a fix left behind, with what is generated for them, and runs them.</summary>
internal static class MendedHosts
{
    // Values of 1 come out as 1, whatever the weights.
    private const string Kernel = """
        static float[] RunHOST()
        {
            float[] ones = new float[HOST.KvHeads * 3 * HOST.ValueDim], output = new float[HOST.Heads * 3 * HOST.ValueDim];
            System.Array.Fill(ones, 1f);
            HOST.Forward(new float[HOST.Heads * 3 * HOST.HeadDim], new float[HOST.KvHeads * 3 * HOST.HeadDim], ones, output, 1, 3, 3);
            return output;
        }
        """;

    // A layer starts with random weights: anything finite that is not zero.
    private const string Layer = """
        static float[] RunHOST()
        {
            using var layer = new HOST(seed: 1);
            float[] input = new float[3 * HOST.DModel], output = new float[input.Length];
            System.Array.Fill(input, 1f);
            layer.Forward(input, output, 1, 3);
            return output;
        }
        """;

    /// <summary>A and B in Outer, and C beside them.</summary>
    public static Task AssertAllRun(Project project, bool isLayer)
    {
        string Runner(string host) => (isLayer ? Layer : Kernel).Replace("HOST", host, StringComparison.Ordinal);
        return Run(project, $"partial class Outer {{ public {Runner("A")} public {Runner("B")} }} public static class Beside {{ public {Runner("C")} }}", isLayer, ("Outer", "A"), ("Outer", "B"), ("Beside", "C"));
    }

    /// <summary>The kernel host of that name.</summary>
    public static Task AssertRuns(Project project, string host) =>
        Run(project, $"public static class Beside {{ public {Kernel.Replace("HOST", host, StringComparison.Ordinal)} }}", isLayer: false, ("Beside", host));

    private static async Task Run(Project project, string runners, bool isLayer, params (string Type, string Host)[] hosts)
    {
        Lab.Driver().RunGeneratorsAndUpdateCompilation((await project.GetCompilationAsync())!, out Compilation complete, out _);
        complete = complete.AddSyntaxTrees(CSharpSyntaxTree.ParseText(runners, Lab.Parse));
        using var image = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult result = complete.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
        image.Position = 0;
        System.Reflection.Assembly assembly = new AssemblyLoadContext(null).LoadFromStream(image);
        foreach ((string type, string host) in hosts)
        {
            float[] output = (float[])assembly.GetType(type)!.GetMethod("Run" + host)!.Invoke(null, null)!;
            Assert.All(output, value => Assert.True(isLayer ? float.IsFinite(value) : Math.Abs(value - 1) < 1e-6f, $"{host} gave {value}"));
            Assert.True(output.Any(value => value != 0), host);
        }
    }
}
