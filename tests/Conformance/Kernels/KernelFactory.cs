using System.Reflection;
using AttentionGen.Conformance.Declarations;

namespace AttentionGen.Conformance.Kernels;

/// <summary>Every sampled declaration as a compiled kernel. The generator and the compiler run once for all of them.</summary>
public static class KernelFactory
{
    private static readonly Lazy<IReadOnlyList<KernelHost>> Compiled = new(CompileAll);

    public static IReadOnlyList<Declaration> Declarations { get; } = DeclarationSample.All(Catalogue.Types, Catalogue.Encodings);

    /// <summary>The compiled kernel of <see cref="Declarations"/>[index].</summary>
    public static KernelHost Host(int index) => Compiled.Value[index];

    /// <summary>The compiled kernel of one of <see cref="Specials.All"/>.</summary>
    public static KernelHost Host(Declaration special) => Compiled.Value.First(host => ReferenceEquals(host.Declaration, special));

    private static IReadOnlyList<KernelHost> CompileAll() => Compile([.. Declarations, .. Specials.All]);

    /// <summary>Compiles declarations on their own, for tests that keep theirs out of the sample.</summary>
    public static IReadOnlyList<KernelHost> Compile(IReadOnlyList<Declaration> declarations)
    {
        Assembly assembly = KernelCompiler.Compile(declarations.Select((declaration, n) => declaration.ToSource(HostName(n)) + Adapter(HostName(n))));
        return [.. declarations.Select((declaration, n) => Bind(assembly, declaration, HostName(n)))];
    }

    private static string HostName(int n) => $"Host{n}";

    private static string Adapter(string host) => $$"""
        public static class {{host}}Adapter
        {
            public static void Strided(global::{{typeof(KernelCall).FullName}} call) =>
                {{host}}.Forward(call.QueryView, call.KeyView, call.ValueView, call.OutputView, call.Arguments);

            public static void Contiguous(global::{{typeof(KernelCall).FullName}} call) =>
                {{host}}.Forward(call.Query.Span, call.Key.Span, call.Value.Span, call.Output.Span, call.Batch, call.QueryLength, call.KeyLength, call.Arguments);
        }
        """;

    private static KernelHost Bind(Assembly assembly, Declaration declaration, string host)
    {
        Type adapter = assembly.GetType(host + "Adapter", throwOnError: true)!;
        return new KernelHost(
            declaration,
            adapter.GetMethod("Strided")!.CreateDelegate<Action<KernelCall>>(),
            adapter.GetMethod("Contiguous")!.CreateDelegate<Action<KernelCall>>());
    }
}
