using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Emit;

/// <summary>The public surface of a mamba layer: it owns its weights; one sequence in, one out, and further positions from a state.</summary>
internal static class MambaHost
{
    private const string LayerState = "global::AttentionGen.Kernels.MambaLayerState";
    private const string State = "global::AttentionGen.RecurrentState";
    private const string In = "global::System.ReadOnlySpan<float>";
    private const string Out = "global::System.Span<float>";
    private const string Arguments = "in global::AttentionGen.AttentionArguments arguments = default";
    private const string Given = "in global::AttentionGen.AttentionArguments arguments";
    private const string ForwardSignature = $"public void Forward({In} input, {Out} output, int batch, int length, {Arguments})";
    private const string StepSignature = $"public void Step({In} input, {Out} output, {State} state, int batch, int length, {Arguments})";
    private const string Convolution = $"static partial void LaunchConvolution(global::AttentionGen.TensorView rows, {In} taps, {In} bias, {State}? state, {Given})";

    public static void Write(CodeWriter writer, AttentionSpec spec)
    {
        MambaShape shape = MambaShape.Of(spec);
        writer.Line($"private readonly {LayerState} layerState;");
        writer.Line();
        writer.Line("/// <summary>New weights, as the paper's code starts them. The same seed gives the same weights.</summary>");
        writer.Line($"public {spec.Host.Name}(int seed = 0) => layerState = new {LayerState}(scanDescription, new global::AttentionGen.MambaShape(DModel, InnerDim, StateSize, convolution: {Literals.Of(shape.Convolution)}, dtRank: {Literals.Of(shape.DtRank)}{LayerHost.Precision(spec)}), seed);");
        writer.Line();
        writer.Line("/// <summary>The weights: read, set, load, save.</summary>");
        writer.Line("public global::AttentionGen.MambaWeights Weights => layerState.Weights;");
        writer.Line();
        WriteDocumentation(writer, "Projects, convolves, scans, gates, projects back. One call at a time on one instance; a steady-state call allocates nothing.", isStep: false);
        writer.Line($"{ForwardSignature} => Run(input, output, null, batch, length, arguments);");
        writer.Line();
        WriteDocumentation(writer, "One or more further positions of sequences whose past is in a state. The result has the same bits as one Forward over everything.", isStep: true);
        writer.Line($"{StepSignature} => Run(input, output, state ?? throw new global::System.ArgumentNullException(nameof(state)), batch, length, arguments);");
        writer.Line();
        writer.Line("/// <summary>A state of sequences that have read nothing, for Step of any instance of this class.</summary>");
        writer.Line("/// <param name=\"sequences\">Sequences, which all steps take on together.</param>");
        writer.Line($"public static {State} NewState(int sequences) => global::AttentionGen.Kernels.ScanLauncher.NewState(scanDescription, sequences);");
        writer.Line();
        WriteRun(writer);
        writer.Line();
        writer.Line("/// <summary>Frees weights and buffers.</summary>");
        writer.Line("public void Dispose() => layerState.Dispose();");
        writer.Line();
        writer.Line(Convolution + ";");
    }

    public static void WriteThrowing(CodeWriter writer, AttentionSpec spec, string fail)
    {
        writer.Line($"public {spec.Host.Name}(int seed = 0) => {fail};");
        writer.Line();
        writer.Line($"public global::AttentionGen.MambaWeights Weights => {fail};");
        writer.Line();
        writer.Line($"{ForwardSignature} => {fail};");
        writer.Line();
        writer.Line($"{StepSignature} => {fail};");
        writer.Line();
        writer.Line($"public static {State} NewState(int sequences) => {fail};");
        writer.Line();
        writer.Line("public void Dispose()");
        writer.Line("{");
        writer.Line("}");
    }

    /// <summary>The convolution's launch, where the host is a layer.</summary>
    public static void WriteLaunch(CodeWriter writer, AttentionSpec spec)
    {
        if (spec.Host.IsStatic)
        {
            return;
        }

        writer.Line();
        using (writer.Block(Convolution))
        using (writer.Block("unsafe"))
        {
            writer.Line($"global::AttentionGen.Kernels.ScanLauncher.Convolve(scanDescription, {KernelEmitter.Tiers(spec, "Convolve")}, rows, taps, bias, state, arguments);");
        }
    }

    private static void WriteRun(CodeWriter writer)
    {
        using (writer.Block($"private void Run({In} input, {Out} output, {State}? state, int batch, int length, {Given})"))
        {
            writer.Line("global::AttentionGen.Kernels.MambaCall call = layerState.ProjectInput(input, output, state, batch, length, arguments);");
            writer.Line("LaunchConvolution(call.U, layerState.Taps, layerState.TapBias, state, arguments);");
            writer.Line("layerState.ProjectSteps(call, arguments);");
            writer.Line("LaunchKernel(call.U, call.Delta, layerState.Rates, call.B, call.C, layerState.Skip, call.Z, call.U, state, arguments);");
            writer.Line("layerState.ProjectOutput(call, output, arguments);");
        }
    }

    private static void WriteDocumentation(CodeWriter writer, string summary, bool isStep)
    {
        writer.Line($"/// <summary>{summary}</summary>");
        writer.Line("/// <param name=\"input\">[batch, length, DModel].</param>");
        writer.Line("/// <param name=\"output\">[batch, length, DModel]; written whole. It may be the input.</param>");
        if (isStep)
        {
            writer.Line("/// <param name=\"state\">From NewState; read, and taken on by the positions.</param>");
        }

        writer.Lines("""
            /// <param name="batch">Sequences.</param>
            /// <param name="length">Positions of each sequence.</param>
            /// <param name="arguments">Cumulative or key lengths, threads, tier. Key lengths: positions past a sequence's own are not read and give zeros.</param>
            /// <exception cref="global::System.ArgumentException">A shape, length or value does not fit the declaration; nothing was written.</exception>
            """);
    }
}
