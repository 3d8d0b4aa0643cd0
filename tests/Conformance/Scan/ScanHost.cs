using System.Reflection;
using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Conformance.Scan;

/// <summary>A compiled scan behind its overloads.</summary>
/// <param name="Declaration">What was declared.</param>
/// <param name="Strided">Scan over views.</param>
/// <param name="Contiguous">Scan over spans.</param>
/// <param name="Step">Step over views, with the trial's state.</param>
/// <param name="StepContiguous">Step over spans.</param>
/// <param name="NewState">A state of so many sequences.</param>
public sealed record ScanHost(
    ScanDeclaration Declaration,
    Action<ScanTrial> Strided,
    Action<ScanTrial> Contiguous,
    Action<ScanTrial> Step,
    Action<ScanTrial> StepContiguous,
    Func<int, RecurrentState> NewState);

/// <summary>A compiled mamba layer, through an adapter compiled beside it.</summary>
public abstract class MambaHost : IDisposable
{
    public abstract MambaWeights Weights { get; }

    public abstract void Forward(float[] input, float[] output, int batch, int length, in AttentionArguments arguments);

    public abstract void Step(float[] input, float[] output, RecurrentState state, int batch, int length, in AttentionArguments arguments);

    public abstract RecurrentState NewState(int sequences);

    public abstract void Dispose();
}

/// <summary>Every declared scan as a compiled kernel and a compiled layer. The generator and the compiler run once for all of them.</summary>
public static class ScanFactory
{
    private static readonly Lazy<Assembly> Compiled = new(() => KernelCompiler.Compile(ScanDeclaration.All.SelectMany((declaration, n) => new[] { KernelSource(declaration, n), LayerSource(declaration, n) })));

    public static ScanHost Host(int index)
    {
        Type adapter = Compiled.Value.GetType($"Scan{index}Adapter", throwOnError: true)!;
        Action<ScanTrial> Bind(string name) => adapter.GetMethod(name)!.CreateDelegate<Action<ScanTrial>>();
        return new ScanHost(ScanDeclaration.All[index], Bind("Strided"), Bind("Contiguous"), Bind("Step"), Bind("StepContiguous"), adapter.GetMethod("NewState")!.CreateDelegate<Func<int, RecurrentState>>());
    }

    public static MambaHost Layer(int index, int seed) =>
        (MambaHost)Activator.CreateInstance(Compiled.Value.GetType($"Layer{index}Adapter", throwOnError: true)!, seed)!;

    private static string KernelSource(ScanDeclaration declaration, int n) => $$"""
        {{declaration.Kernel}}
        public static partial class Scan{{n}};

        public static class Scan{{n}}Adapter
        {
            public static void Strided(global::{{typeof(ScanTrial).FullName}} t) =>
                Scan{{n}}.Scan(t.U.View, t.Delta.View, t.A, t.B.View, t.C.View, t.D, t.Gate, t.Output.View, t.Arguments);

            public static void Contiguous(global::{{typeof(ScanTrial).FullName}} t) =>
                Scan{{n}}.Scan(t.U.Span, t.Delta.Span, t.A, t.B.Span, t.C.Span, t.D, t.GateSpan, t.Output.Span, t.Batch, t.Length, t.Arguments);

            public static void Step(global::{{typeof(ScanTrial).FullName}} t) =>
                Scan{{n}}.Step(t.U.View, t.Delta.View, t.A, t.B.View, t.C.View, t.D, t.Gate, t.Output.View, t.State, t.Arguments);

            public static void StepContiguous(global::{{typeof(ScanTrial).FullName}} t) =>
                Scan{{n}}.Step(t.U.Span, t.Delta.Span, t.A, t.B.Span, t.C.Span, t.D, t.GateSpan, t.Output.Span, t.State, t.Batch, t.Length, t.Arguments);

            public static global::AttentionGen.RecurrentState NewState(int sequences) => Scan{{n}}.NewState(sequences);
        }
        """;

    private static string LayerSource(ScanDeclaration declaration, int n) => $$"""
        {{declaration.Layer}}
        public partial class Layer{{n}};

        public sealed class Layer{{n}}Adapter(int seed) : global::{{typeof(MambaHost).FullName}}
        {
            private readonly Layer{{n}} layer = new(seed);

            public override global::AttentionGen.MambaWeights Weights => layer.Weights;

            public override void Forward(float[] input, float[] output, int batch, int length, in global::AttentionGen.AttentionArguments arguments) =>
                layer.Forward(input, output, batch, length, arguments);

            public override void Step(float[] input, float[] output, global::AttentionGen.RecurrentState state, int batch, int length, in global::AttentionGen.AttentionArguments arguments) =>
                layer.Step(input, output, state, batch, length, arguments);

            public override global::AttentionGen.RecurrentState NewState(int sequences) => Layer{{n}}.NewState(sequences);

            public override void Dispose() => layer.Dispose();
        }
        """;
}
