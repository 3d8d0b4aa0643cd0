using System.Reflection;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Conformance.Caches;

/// <summary>A compiled kernel that reads caches.</summary>
/// <param name="Declaration">What was declared.</param>
/// <param name="Shape">The host's <c>CacheShape</c>.</param>
/// <param name="Forward">The call without a cache.</param>
/// <param name="Append">Stores new tokens.</param>
/// <param name="Prefill">Any number of new tokens.</param>
/// <param name="Decode">1 to 16 new tokens.</param>
/// <param name="Contiguous">The three over contiguous data, by name.</param>
public sealed record CacheHost(
    Declaration Declaration,
    KvShape Shape,
    Action<KernelCall> Forward,
    Action<CacheCall> Append,
    Action<CacheCall> Prefill,
    Action<CacheCall> Decode,
    IReadOnlyDictionary<string, Action<CacheCall>> Contiguous)
{
    private static readonly Lazy<IReadOnlyList<CacheHost>> Compiled = new(() => Compile(CacheDeclarations.All));

    /// <summary>The compiled kernels of <see cref="CacheDeclarations.All"/>.</summary>
    public static IReadOnlyList<CacheHost> All => Compiled.Value;

    /// <summary>The compiled kernel of one of <see cref="CacheDeclarations.All"/>.</summary>
    public static CacheHost Of(Declaration declaration) => All.First(host => ReferenceEquals(host.Declaration, declaration));

    private static IReadOnlyList<CacheHost> Compile(IReadOnlyList<Declaration> declarations)
    {
        Assembly assembly = KernelCompiler.Compile(declarations.Select((declaration, n) => declaration.ToSource(Name(n)) + Adapter(Name(n))));
        return [.. declarations.Select((declaration, n) => Bind(assembly.GetType(Name(n) + "Adapter", throwOnError: true)!, declaration))];
    }

    private static string Name(int n) => $"Cached{n}";

    private static string Adapter(string host)
    {
        string call = "global::" + typeof(CacheCall).FullName;
        const string Views = "call.Call.QueryView, call.Call.KeyView, call.Call.ValueView, call.Call.OutputView, call.Cache, call.Sequences, call.Call.Arguments";
        const string Spans = "call.Call.Query.Span, call.Call.Key.Span, call.Call.Value.Span, call.Call.Output.Span, call.Tokens, call.Cache, call.Sequences, call.Call.Arguments";
        return $$"""
            public static class {{host}}Adapter
            {
                public static global::AttentionGen.KvShape Shape() => {{host}}.CacheShape;

                public static void Forward(global::{{typeof(KernelCall).FullName}} call) => {{host}}.Forward(call.QueryView, call.KeyView, call.ValueView, call.OutputView, call.Arguments);

                public static void Append({{call}} call) => {{host}}.Append(call.Call.KeyView, call.Call.ValueView, call.Cache, call.Sequences, call.Call.Arguments);

                public static void Prefill({{call}} call) => {{host}}.Prefill({{Views}});

                public static void Decode({{call}} call) => {{host}}.Decode({{Views}});

                public static void AppendSpans({{call}} call) => {{host}}.Append(call.Call.Key.Span, call.Call.Value.Span, call.Tokens, call.Cache, call.Sequences, call.Call.Arguments);

                public static void PrefillSpans({{call}} call) => {{host}}.Prefill({{Spans}});

                public static void DecodeSpans({{call}} call) => {{host}}.Decode({{Spans}});
            }
            """;
    }

    private static CacheHost Bind(Type adapter, Declaration declaration)
    {
        Action<CacheCall> Method(string name) => adapter.GetMethod(name)!.CreateDelegate<Action<CacheCall>>();
        return new CacheHost(
            declaration,
            adapter.GetMethod("Shape")!.CreateDelegate<Func<KvShape>>()(),
            adapter.GetMethod("Forward")!.CreateDelegate<Action<KernelCall>>(),
            Method("Append"),
            Method("Prefill"),
            Method("Decode"),
            new Dictionary<string, Action<CacheCall>> { ["Append"] = Method("AppendSpans"), ["Prefill"] = Method("PrefillSpans"), ["Decode"] = Method("DecodeSpans") });
    }
}
