using AttentionGen.Generator.Spec;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Generator.Tests;

/// <summary>What is read from a declaration, and that nothing written there makes the reader fail.</summary>
public class SpecReaderTests
{
    [Fact]
    public void Reads_what_was_written_and_where()
    {
        AttentionSpec spec = Read(
            "[assembly: AttentionGen.Model(DModel = 512, Heads = 4, MaxLength = 99)]",
            """
            using AttentionGen;
            namespace Some.@namespace;
            public partial class Outer
            {
                [Attention(" Local ", Window = 128, Causal = true, Scale = 0.5, CausalAlignment = CausalAlignment.BottomRight)]
                [Model(Heads = 8, KvHeads = 2)]
                [PositionalEncoding("RoPE", Layout = RotaryLayout.Interleaved), PositionalEncoding("alibi", Slopes = new[] { 1, 0.5f })]
                protected internal static partial class @class { }
            }
            """);

        Assert.Equal("local", spec.Type);
        Assert.Equal(
            [
                ("Window", 128, ArgumentSource.Attention), ("Causal", 1, ArgumentSource.Attention), ("Scale", 0.5, ArgumentSource.Attention), ("CausalAlignment", 2, ArgumentSource.Attention),
                ("Heads", 8, ArgumentSource.ClassModel), ("KvHeads", 2, ArgumentSource.ClassModel),
                ("DModel", 512, ArgumentSource.AssemblyModel), ("MaxLength", 99, ArgumentSource.AssemblyModel),
            ],
            spec.Arguments.Select(argument => (argument.Name, argument.Number, argument.Source)));
        Assert.Equal(["rope", "alibi"], spec.Encodings.Select(encoding => encoding.Type));
        Assert.Equal(1, spec.Encodings[0].Int("Layout"));
        Assert.Equal([1f, 0.5f], spec.Encodings[1].Find("Slopes")!.Numbers);
        Assert.Equal(
            new HostSpec("Some.@namespace", "@class", "protected internal static", new EquatableArray<string>(["partial class Outer"]), IsStatic: true, IsPartial: true, "Some.namespace.Outer+class"),
            spec.Host);
        Assert.False(spec.IsUnreadable);
    }

    [Fact]
    public void Reads_modifiers_and_parts_from_wherever_they_stand()
    {
        AttentionSpec spec = Read("[AttentionGen.Attention] partial class Host { }", "public static partial class Host { }");

        Assert.Equal(("", "Host", "public static", true, "Host"), (spec.Host.Namespace, spec.Host.Name, spec.Host.Modifiers, spec.Host.IsStatic, spec.Host.MetadataName));
    }

    [Theory]
    [InlineData("[AttentionGen.Attention(Heads = )] class Host")]
    [InlineData("[AttentionGen.Attention(Heads = 1, Heads = 2, Heads = \"3\")] partial class Host { }")]
    [InlineData("[AttentionGen.Attention(Nothing = 1, Type = typeof(int))] partial class Host { }")]
    [InlineData("[AttentionGen.Attention(1, 2, 3)] partial class Host { }")]
    [InlineData("[AttentionGen.Attention(Heads = unchecked((int)0xFFFFFFFF), HeadDim = int.MinValue)] partial class Host { }")]
    [InlineData("[AttentionGen.Attention][AttentionGen.PositionalEncoding] partial class Host { }")]
    [InlineData("[AttentionGen.Attention][AttentionGen.PositionalEncoding(type: \"rope\", Slopes = new float[] { \"a\", x })] partial class Host { }")]
    [InlineData("[AttentionGen.Attention][AttentionGen.PositionalEncoding(null)] partial class Host { }")]
    [InlineData("[AttentionGen.Attention, AttentionGen.Attention] partial class Host { }")]
    [InlineData("[AttentionGen.Attention] partial class Host { } [AttentionGen.Attention] partial class Host { }")]
    [InlineData("[AttentionGen.Attention] class { }")]
    [InlineData("[AttentionGen.Attention(DModel = 1 / 0, Heads = 2147483648)] partial class Host : Missing<int, { }")]
    [InlineData("[AttentionGen.Attention] partial struct Host { }")]
    [InlineData("[AttentionGen.Attention] partial enum Host { }")]
    [InlineData("[assembly: AttentionGen.Model(Heads = x)] [AttentionGen.Attention] class Host { }")]
    [InlineData("[AttentionGen.Attention(\"\\u0000\\uD800{0}\", Heads = 1, HeadDim = 1)] static partial class Höst { }")]
    public async Task Garbage_breaks_neither_generator_nor_analyzer(string source)
    {
        CSharpCompilation compilation = Lab.Compile(source);
        Lab.Generate(compilation);
        await Lab.AnalyzeAsync(compilation);
    }

    [Fact]
    public void A_class_declared_twice_is_written_once()
    {
        SortedDictionary<string, string> files = Lab.Generate(Lab.Compile(
            "[AttentionGen.Attention(Heads = 1, HeadDim = 8)] static partial class Host { }",
            "[AttentionGen.Attention(Heads = 2, HeadDim = 8)] static partial class Host { }"));

        Assert.Equal(["Host.Kernel.g.cs", "Host.g.cs"], files.Keys);
    }

    [Fact]
    public void Files_are_named_after_the_class()
    {
        SortedDictionary<string, string> files = Lab.Generate(Lab.Compile(
            "namespace A.B { partial class C { [AttentionGen.Attention(Heads = 1, HeadDim = 8)] static partial class D { } } partial struct D { [AttentionGen.Attention] partial class C { } } }"));

        Assert.Equal(["A.B.C+D.Kernel.g.cs", "A.B.C+D.g.cs", "A.B.D+C.g.cs"], files.Keys);
    }

    // Roslyn compares file names without regard to case.
    [Theory]
    [InlineData("[AttentionGen.Attention] static partial class Host { } [AttentionGen.Attention] static partial class HOST { }", "HOST-edf03e2f.g.cs", "Host-")]
    [InlineData("namespace A { [AttentionGen.Attention] partial class Host { } } namespace a { [AttentionGen.Attention] partial class Host { } }", "A.Host-", "a.Host-")]
    [InlineData("partial class A { [AttentionGen.Attention] partial class B { } } partial class a { [AttentionGen.Attention] partial class B { } }", "A+B-", "a+B-")]
    [InlineData("[AttentionGen.Attention] static partial class Host { } namespace A { [AttentionGen.Attention] static partial class HOST { } }", "A.HOST.g.cs", "Host.g.cs")]
    public void Hosts_that_differ_in_case_alone_get_files_of_their_own(string source, params string[] starts)
    {
        SortedDictionary<string, string> files = Lab.Generate(Lab.Compile(source));

        Assert.Equal(starts.Length, files.Count);
        Assert.All(starts.Zip(files.Keys), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[AttentionGen.Attention] static partial class Host { }", "static class Caller { static void Call(float[] x) => Host.Forward(x, x, x, x, 1, 1, 1); }")]
    [InlineData("[AttentionGen.Attention] partial class Host { }", "static class Caller { static void Call(Host host, float[] x) => host.Forward(x, x, 1, 1); }")]
    [InlineData("partial record Outer { protected partial interface Inner { [AttentionGen.Attention] internal partial class Host { } } }", "")]
    public void The_surface_of_an_invalid_host_compiles(string host, string caller)
    {
        CSharpCompilation compilation = Lab.Compile(Lab.Parse, allowUnsafe: false, host, caller);
        Lab.Driver().RunGeneratorsAndUpdateCompilation(compilation, out Compilation complete, out _);

        Assert.Equal(3, complete.SyntaxTrees.Count());
        Assert.Empty(complete.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
    }

    private static AttentionSpec Read(params string[] sources)
    {
        CSharpCompilation compilation = Lab.Compile(sources);
        INamedTypeSymbol host = compilation.GetSymbolsWithName(_ => true, SymbolFilter.Type).OfType<INamedTypeSymbol>().Single(type => HostAttributes.Of(type) is not null);
        return SpecReader.Read(host, CancellationToken.None)!;
    }
}
