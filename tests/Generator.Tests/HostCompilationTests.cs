using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using AttentionGen.Generator.Rules;
using AttentionGen.Generator.Spec;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionGen.Generator.Tests;

/// <summary>Hosts wherever a class may stand: what is generated for them compiles without a warning, and runs.</summary>
public class HostCompilationTests
{
    private const string Kernel = "[AttentionGen.Attention(Heads = 1, HeadDim = 2)] ";
    private const string Layer = "[AttentionGen.Attention(Heads = 1, DModel = 2), AttentionGen.PositionalEncoding(\"rope\")] ";

    /// <summary>Source, and the metadata name of the host in it.</summary>
    public static TheoryData<string, string> Hosts => new()
    {
        { Kernel + "public static partial class Host;", "Host" },
        { Layer + "public partial class Host;", "Host" },
        { "namespace A.B { " + Kernel + "public static partial class Host; }", "A.B.Host" },
        { "namespace @new.@class; " + Kernel + "public static partial class @static;", "new.class.static" },
        { "namespace @event { public partial class @record { " + Layer + "internal sealed partial class @partial; } }", "event.record+partial" },
        { "public partial class Outer { " + Kernel + "private static partial class Host; }", "Outer+Host" },
        { "public partial class Outer { protected partial struct Middle { " + Layer + "private partial class Host; } }", "Outer+Middle+Host" },
        { "public static partial class Outer { public partial interface Middle { " + Kernel + "internal static partial class Host; } }", "Outer+Middle+Host" },
        { "public abstract partial record Outer(int Size) { public partial record struct Middle { " + Kernel + "internal static partial class Host; } }", "Outer+Middle+Host" },
        { "public abstract class Base { protected Base(int size = 3) { } protected internal virtual void Forward() { } } " + Layer + "public partial class Host : Base, System.IDisposable;", "Host" },
        { "namespace A { public static class Math; public class Span<T>; public class KernelLauncher; public enum CausalAlignment; public class Vector256<T>; public static class RotaryFrequencies; " + Layer + "public partial class Host; }", "A.Host" },
        { "public static class Math; public static class Unsafe; public static class HostVector512; " + Kernel + "public static partial class Host;", "Host" },
        { "global using Mine; namespace Mine { public static class Math; public static class Unsafe; public static class Vector128; } " + Kernel + "public static partial class Host;", "Host" },
        { "using AttentionGen; [Attention(Heads = 1, HeadDim = 2)] public static partial class Host { private static class KernelLauncher; private static class AttentionGen; private static class System; }", "Host" },
        { Layer + "public partial class Host { public Host(string name) : this(seed: name.Length) { } public static void Forward() { } public int Dispose(bool now) => now ? 1 : 0; }", "Host" },
    };

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Compiles_and_runs(string source, string name)
    {
        Type host = Load(source).GetType(name, throwOnError: true)!;

        if (host.IsAbstract && host.IsSealed)
        {
            Forward kernel = host.GetMethods().Single(method => method.Name == "Forward" && method.GetParameters().Length == 8).CreateDelegate<Forward>();
            float[] output = [float.NaN, float.NaN];
            kernel([1, 2], [3, 4], [5, 6], output, 1, 1, 1, default);
            Assert.Equal([5f, 6f], output);
        }
        else
        {
            using var layer = (IDisposable)Activator.CreateInstance(host, BindingFlags.Instance | BindingFlags.Public | BindingFlags.OptionalParamBinding, null, [7], null)!;
            LayerForward forward = host.GetMethods().Single(method => method.Name == "Forward" && method.GetParameters().Length == 5).CreateDelegate<LayerForward>(layer);
            float[] output = [float.NaN, float.NaN];
            forward([1, 2], output, 1, 1, default);
            Assert.All(output, number => Assert.True(float.IsFinite(number)));
        }
    }

    /// <summary>Declarations that between them get every member there is.</summary>
    public static TheoryData<string> Members =>
    [
        "[Attention(Heads = 2, HeadDim = 4)] static partial class Host",
        "[Attention(Heads = 2, DModel = 8)] partial class Host",
        "[Attention(Heads = 2, DModel = 8, Cross = true)] partial class Host",
        "[Attention(\"performer\", Heads = 2, HeadDim = 4), PositionalEncoding(\"sinusoidal\")] static partial class Host",
        "[Attention(\"performer\", Heads = 2, DModel = 8), PositionalEncoding(\"sinusoidal\")] partial class Host",
        "[Attention(Heads = 2, DModel = 8), PositionalEncoding(\"learned\")] partial class Host",
        "[Attention(Heads = 2, DModel = 8), PositionalEncoding(\"sinusoidal\", Learnable = true)] partial class Host",
        "[Attention(Heads = 2, DModel = 8), PositionalEncoding(\"learned\"), PositionalEncoding(\"sinusoidal\")] partial class Host",
        "[Attention(\"causal\", Heads = 2, HeadDim = 4), KvCache] static partial class Host",
        "[Attention(\"causal\", Heads = 2, DModel = 8), PositionalEncoding(\"sinusoidal\"), KvCache] partial class Host",
        "[Attention(\"mamba\", DModel = 8)] static partial class Host",
        "[Attention(\"mamba\", DModel = 8)] partial class Host",
        "[Attention(\"linear\", Causal = true, Heads = 2, HeadDim = 4)] static partial class Host",
        "[Attention(\"performer\", Causal = true, Heads = 2, DModel = 8)] partial class Host",
        "[Attention(\"custom\", Heads = 2, HeadDim = 4)] static partial class Host { static bool Keep(int query, int key) => query % 3 != key % 5; }",
        .. AttentionTypes.All.Select(type => $"[Attention(\"{type}\", Heads = 2, DModel = 8)] partial class Host {{ static bool Keep(int query, int key) => query >= key; }}"),
        .. AttentionTypes.All.Select(type => $"[Attention(\"{type}\", Heads = 2, HeadDim = 4)] static partial class Host {{ }}"),
    ];

    /// <summary>What ATTN080 protects is what is generated: a new generated member must be listed.</summary>
    [Theory]
    [MemberData(nameof(Members))]
    public void Every_generated_member_has_a_protected_name(string declaration)
    {
        string source = $"using AttentionGen;\n{declaration}" + (declaration.EndsWith('}') ? "" : " { }");
        CSharpCompilation declared = Lab.Compile(source);
        AttentionSpec spec = SpecReader.Read(declared.GetTypeByMetadataName("Host")!, CancellationToken.None)!;
        if (RuleBook.Check(spec, CompilationFacts.Sufficient).Any(violation => violation.IsBlocking))
        {
            return;
        }

        CSharpCompilation complete = declared.AddSyntaxTrees(Lab.Generate(declared).Values.Select((text, index) => CSharpSyntaxTree.ParseText(text, Lab.Parse, $"AttentionGen.Generator.AttentionGenerator/{index}.g.cs")));
        INamedTypeSymbol host = complete.GetTypeByMetadataName("Host")!;
        SyntaxTree written = complete.SyntaxTrees[0];
        IEnumerable<ISymbol> generated = host.GetMembers().Where(member => !member.IsImplicitlyDeclared && member is not IMethodSymbol { AssociatedSymbol: not null } && member.DeclaringSyntaxReferences.All(reference => reference.SyntaxTree != written));

        Assert.Empty(generated.Select(member => member.Name).Except(MemberReader.Names));
        Assert.All(MemberReader.Names, name => Assert.DoesNotContain(MemberReader.Own(host, name), member => member.DeclaringSyntaxReferences.All(reference => reference.SyntaxTree != written)));

        // Each of them, written by the user as well, is a violation; under another signature it is none.
        foreach (ISymbol member in generated)
        {
            var own = new HostMember(member.Name, SignatureOf(member), 0);
            Assert.Contains("ATTN080", Judge(spec, own));
            Assert.Equal(own.Signature is null, Judge(spec, own with { Signature = "Nothing" }).Contains("ATTN080"));
        }

        Assert.Equal(generated.Select(member => (member.Name, SignatureOf(member))).Order(), GeneratedMembers.Of(spec, AttentionShape.Of(spec)).Order());
    }

    private static IEnumerable<string> Judge(AttentionSpec spec, HostMember member) =>
        RuleBook.Check(spec with { Host = spec.Host with { Members = new EquatableArray<HostMember>([member]) } }, new CompilationFacts(AllowsUnsafe: true, 1400)).Select(violation => violation.Id);

    private static string? SignatureOf(ISymbol member) => member is IMethodSymbol method
        ? string.Join(", ", method.Parameters.Select(parameter => (parameter.RefKind == RefKind.None ? "" : "ref ") + parameter.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat.RemoveMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier))))
        : null;

    private static Assembly Load(string source)
    {
        Lab.Driver().RunGeneratorsAndUpdateCompilation(Lab.Compile(source), out Compilation complete, out ImmutableArray<Diagnostic> reported);
        Assert.Empty(reported);
        Assert.Equal(3, complete.SyntaxTrees.Count());
        Assert.Empty(complete.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
        using var image = new MemoryStream();
        Assert.True(complete.Emit(image).Success);
        image.Position = 0;
        return new AssemblyLoadContext(null).LoadFromStream(image);
    }

    private delegate void Forward(ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int queryLength, int keyLength, in AttentionArguments arguments);

    private delegate void LayerForward(ReadOnlySpan<float> input, Span<float> output, int batch, int length, in AttentionArguments arguments);
}
