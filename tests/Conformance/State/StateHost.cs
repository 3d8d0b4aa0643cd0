using System.Reflection;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Conformance.State;

/// <summary>A compiled attention that goes on from a state.</summary>
/// <param name="Declaration">What was declared.</param>
/// <param name="Forward">Everything at once.</param>
/// <param name="Strided">Step over views.</param>
/// <param name="Contiguous">Step over spans.</param>
/// <param name="NewState">A state of so many sequences.</param>
/// <param name="Redraw">New random features, where there are any.</param>
public sealed record StateHost(
    Declaration Declaration,
    Action<KernelCall> Forward,
    Action<KernelCall, RecurrentState?> Strided,
    Action<KernelCall, RecurrentState?> Contiguous,
    Func<int, RecurrentState> NewState,
    Action<int> Redraw)
{
    /// <summary>One step over some positions of a call.</summary>
    public void Step(KernelCall call, RecurrentState state, int first, int count)
    {
        TensorBuffer Cut(TensorBuffer tensor) => new(tensor.Data, (int)(tensor.Offset + (first * tensor.Layout.RowStride)), tensor.Layout with { Length = count });
        Strided(call.With(query: Cut(call.Query), key: Cut(call.Key), value: Cut(call.Value), output: Cut(call.Output)), state);
    }
}

/// <summary>A compiled layer that goes on from a state.</summary>
public abstract class StateLayer : IDisposable
{
    public abstract void Forward(float[] input, float[] output, int batch, int length);

    public abstract void Step(float[] input, float[] output, RecurrentState state, int batch, int length, in AttentionArguments arguments);

    public abstract RecurrentState NewState(int sequences);

    public abstract void Dispose();
}

/// <summary>Causal attentions by feature maps, as kernels and as layers, compiled once.</summary>
public static class StateFactory
{
    private const string Rope = "[global::AttentionGen.PositionalEncoding(\"rope\")]\n";

    private static readonly Lazy<Assembly> Compiled = new(CompileAll);

    public static IReadOnlyList<Declaration> Declarations { get; } =
    [
        Make("linear", "Causal = true", new(4, 2, 24, 20)),
        Make("linear", "Causal = true, CausalAlignment = BottomRight", new(2, 2, 64, 64), "rope"),
        Make("performer", "Causal = true, Features = 64", new(2, 1, 32, 40)),
        Make("performer", "Causal = true, Features = 33, CausalAlignment = TopLeft", new(3, 1, 10, 7), "rope"),
        Make("performer", "Causal = true, Features = 40, Kernel = Relu", new(2, 2, 16, 16)),
        Make("performer", "Causal = true, Features = 40, Kernel = Elu", new(2, 1, 16, 16), "xpos"),
        Make("linear", "Causal = true, MaxLength = 40", new(1, 1, 1, 1)),
    ];

    /// <summary>Layers of 24 features, each with its attributes.</summary>
    public static IReadOnlyList<string> Layers { get; } =
    [
        "[global::AttentionGen.Attention(\"linear\", Causal = true, DModel = 24, Heads = 4, KvHeads = 2)]\n" + Rope,
        "[global::AttentionGen.Attention(\"performer\", Causal = true, Features = 24, DModel = 24, Heads = 2)]\n[global::AttentionGen.PositionalEncoding(\"sinusoidal\", MaxLength = 100)]\n",
        "[global::AttentionGen.Attention(\"linear\", Causal = true, DModel = 24, Heads = 3, Bias = true)]\n[global::AttentionGen.PositionalEncoding(\"learned\", MaxLength = 100)]\n",
        "[global::AttentionGen.Attention(\"linear\", Causal = true, DModel = 24, Heads = 3)]\n",
    ];

    public static StateHost Host(int index)
    {
        Type adapter = Compiled.Value.GetType($"State{index}Adapter", throwOnError: true)!;
        T Bind<T>(string name)
            where T : Delegate => adapter.GetMethod(name)!.CreateDelegate<T>();
        return new StateHost(
            Declarations[index],
            Bind<Action<KernelCall>>("Forward"),
            Bind<Action<KernelCall, RecurrentState?>>("Strided"),
            Bind<Action<KernelCall, RecurrentState?>>("Contiguous"),
            Bind<Func<int, RecurrentState>>("NewState"),
            Bind<Action<int>>("Redraw"));
    }

    public static StateLayer Layer(int index, int seed) => (StateLayer)Activator.CreateInstance(Compiled.Value.GetType($"Layer{index}Adapter", throwOnError: true)!, seed)!;

    private static Assembly CompileAll() => KernelCompiler.Compile(
    [
        .. Declarations.Select((declaration, n) => declaration.ToSource($"State{n}") + Adapter(declaration, $"State{n}")),
        .. Layers.Select((attributes, n) => LayerSource(attributes, $"Layer{n}")),
    ]);

    private static Declaration Make(string type, string arguments, HeadShape shape, params string[] encodings) =>
        new(type, Argument.ParseList(typeof(AttentionAttribute), arguments), [.. encodings.Select(name => new EncodingDeclaration(name, []))], shape);

    private static string Adapter(Declaration declaration, string host) => $$"""
        public static class {{host}}Adapter
        {
            public static void Forward(global::{{typeof(KernelCall).FullName}} call) =>
                {{host}}.Forward(call.QueryView, call.KeyView, call.ValueView, call.OutputView, call.Arguments);

            public static void Strided(global::{{typeof(KernelCall).FullName}} call, global::AttentionGen.RecurrentState state) =>
                {{host}}.Step(call.QueryView, call.KeyView, call.ValueView, call.OutputView, state, call.Arguments);

            public static void Contiguous(global::{{typeof(KernelCall).FullName}} call, global::AttentionGen.RecurrentState state) =>
                {{host}}.Step(call.Query.Span, call.Key.Span, call.Value.Span, call.Output.Span, state, call.Batch, call.QueryLength, call.Arguments);

            public static global::AttentionGen.RecurrentState NewState(int sequences) => {{host}}.NewState(sequences);

            public static void Redraw(int seed) { {{(declaration.Type == "performer" ? $"{host}.RedrawFeatures(seed);" : "")}} }
        }
        """;

    private static string LayerSource(string attributes, string host) => $$"""
        {{attributes}}
        public partial class {{host}};

        public sealed class {{host}}Adapter(int seed) : global::{{typeof(StateLayer).FullName}}
        {
            private readonly {{host}} layer = new(seed);

            public override void Forward(float[] input, float[] output, int batch, int length) => layer.Forward(input, output, batch, length);

            public override void Step(float[] input, float[] output, global::AttentionGen.RecurrentState state, int batch, int length, in global::AttentionGen.AttentionArguments arguments) =>
                layer.Step(input, output, state, batch, length, arguments);

            public override global::AttentionGen.RecurrentState NewState(int sequences) => {{host}}.NewState(sequences);

            public override void Dispose() => layer.Dispose();
        }
        """;
}
