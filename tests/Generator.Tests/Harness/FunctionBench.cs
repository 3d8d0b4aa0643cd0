using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;
using AttentionGen.Generator.Stages;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Generator.Tests;

/// <summary>Compiles user functions twice: as the plain C# they are, and as the vector code that kernels get, one small loop for each dialect.</summary>
internal sealed class FunctionBench
{
    private readonly Assembly _assembly;

    private FunctionBench(Assembly assembly) => _assembly = assembly;

    /// <summary>Applies a function's steps to scores of one query: base-2 scores in and out, negative infinity where a pair is hidden.</summary>
    public delegate void Steps(int head, int query, float[] scores);

    /// <summary>Compiles functions given as members of their class.</summary>
    public static FunctionBench Of(IReadOnlyList<string> members)
    {
        var source = new StringBuilder("using System; using System.Runtime.CompilerServices; using System.Runtime.Intrinsics; using AttentionGen; using AttentionGen.Kernels;\n");
        for (int n = 0; n < members.Count; n++)
        {
            source.Append($"[Attention(\"standard\", Heads = 4, HeadDim = 8)] public static partial class Host{n} {{ {members[n]} }}\n");
        }

        CSharpCompilation declared = Lab.Compile(source.ToString());
        for (int n = 0; n < members.Count; n++)
        {
            AttentionSpec spec = SpecReader.Read(declared.GetTypeByMetadataName($"Host{n}")!, CancellationToken.None)!;
            UserFunction function = (spec.Keep ?? spec.Score)!;
            Assert.True(function.Faults.Count == 0 && !spec.IsUnreadable, $"{members[n]}: {string.Join("; ", function.Faults.Select(fault => fault.Text))}");
            foreach (Dialect dialect in Dialect.Cpu)
            {
                Write(source, $"Host{n}{dialect.Name}", new KernelPlan(spec, dialect));
            }
        }

        using var image = new MemoryStream();
        var emitted = Lab.Compile(source.ToString()).Emit(image);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(diagnostic => diagnostic.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error).Take(5)));
        image.Position = 0;
        return new FunctionBench(new AssemblyLoadContext(null).LoadFromStream(image));
    }

    /// <summary>The function as C#.</summary>
    public MethodInfo Plain(int n, string name) => _assembly.GetType($"Host{n}", throwOnError: true)!.GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!;

    /// <summary>The function as a dialect's vector code.</summary>
    public Steps Vector(int n, Dialect dialect) => _assembly.GetType($"Host{n}{dialect.Name}", throwOnError: true)!.GetMethod("Run")!.CreateDelegate<Steps>();

    private static void Write(StringBuilder source, string name, KernelPlan plan)
    {
        Dialect dialect = plan.Dialect;
        if (plan.ScoreSteps.Count == 0)
        {
            // A mask that came out as true.
            source.Append($"public static class {name} {{ public static void Run(int head, int query, float[] results) {{ }} }}\n");
            return;
        }

        ScoreStep step = Assert.Single(plan.ScoreSteps);
        var at = new ScoreAt("score", 0, 0, "index", "stand", true);
        source.Append($"public static unsafe class {name} {{ private const float Log2OfE = 1.44269504f; {string.Join('\n', step.Members)}\n");
        source.Append("public static void Run(int head, int query, float[] results) { fixed (float* scores = results) {\n");
        source.Append(string.Concat(step.Values(dialect).Select(value => $"{value.Type} {value.Name} = {value.Expression};\n")));
        source.Append($"for (int key = 0; key < results.Length; key += {dialect.Lanes}) {{\n");
        source.Append($"{dialect.Float} index = {dialect.Add(dialect.Broadcast("(float)key"), dialect.LaneIndex)};\n{dialect.Float} score = {dialect.Load("scores", "key")};\n");
        foreach (string statement in step.Prepare(dialect).Concat(step.PrepareKeys(dialect, 0, "index")).Concat(step.PrepareRow(dialect, 0)).Concat(step.Statements(dialect, at)))
        {
            source.Append(statement).Append('\n');
        }

        source.Append(dialect.Store("score", "scores", "key")).Append("} } } }\n");
    }
}
