using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;
using AttentionGen.Generator.Stages;

namespace AttentionGen.Generator.Emit;

/// <summary>What an attention with a state has besides, on kernel and layer hosts: further positions of sequences in constant memory.</summary>
internal static class StateSurface
{
    private const string In = "global::System.ReadOnlySpan<float>", Out = "global::System.Span<float>", View = "global::AttentionGen.ReadOnlyTensorView";
    private const string State = "global::AttentionGen.RecurrentState", Given = "in global::AttentionGen.AttentionArguments arguments", Arguments = Given + " = default";
    private const string NewState = $"public static {State} NewState(int sequences)";
    private const string LayerStep = $"public void Step({In} input, {Out} output, {State} state, int batch, int length, {Arguments})";
    private const string Launch = $"static partial void LaunchStep({View} query, {View} key, {View} value, global::AttentionGen.TensorView output, {State} state, {Given})";
    private const string Create = $"static partial void CreateState(int sequences, ref {State}? state)";

    /// <summary>Writes the members; <paramref name="fail"/> is what every body throws, or null.</summary>
    public static void Write(CodeWriter writer, AttentionSpec spec, string? fail)
    {
        if (Catalog.Catalog.FindType(spec.Type)?.HasState(spec) != true)
        {
            return;
        }

        writer.Line();
        writer.Line("/// <summary>A state of sequences that have read nothing, for Step.</summary>");
        writer.Line("/// <param name=\"sequences\">Sequences, which all steps take on together.</param>");
        if (fail is null)
        {
            using (writer.Block(NewState))
            {
                writer.Line($"{State}? state = null;");
                writer.Line("CreateState(sequences, ref state);");
                writer.Line("return state!;");
            }
        }
        else
        {
            writer.Line($"{NewState} => {fail};");
        }

        writer.Line();
        if (spec.Host.IsStatic)
        {
            WriteKernel(writer, fail);
        }
        else
        {
            WriteLayer(writer, spec, fail);
        }

        if (fail is not null)
        {
            return;
        }

        writer.Line();
        writer.Line(Create + ";");
        writer.Line();
        writer.Line(Launch + ";");
    }

    /// <summary>What the kernel's description says about states.</summary>
    public static void WriteSettings(CodeWriter writer, KernelPlan plan)
    {
        if (plan.Type.HasState(plan.Spec))
        {
            FeatureMap map = plan.Type.FeatureMap(plan.Spec)!;
            writer.Line($"StateFeatures = {map.Features}, HasFeatureMaxima = {Literals.Of(map.Function == FeatureFunction.Exponential)},");
        }
    }

    /// <summary>The launches.</summary>
    public static void WriteLaunch(CodeWriter writer, AttentionSpec spec)
    {
        if (Catalog.Catalog.FindType(spec.Type)?.HasState(spec) != true)
        {
            return;
        }

        writer.Line();
        writer.Line($"{Create} => state = global::AttentionGen.Kernels.StateLauncher.NewState(kernelDescription, sequences);");
        writer.Line();
        using (writer.Block(Launch))
        using (writer.Block("unsafe"))
        {
            writer.Line($"global::AttentionGen.Kernels.StateLauncher.Step(kernelDescription, {KernelEmitter.Tiers(spec, "Run")}, query, key, value, output, state, arguments);");
        }
    }

    private static void WriteKernel(CodeWriter writer, string? fail)
    {
        WriteSummary(writer, "over contiguous tensors");
        WriteTensors(writer);
        writer.Lines("""
            /// <param name="batch">Sequences.</param>
            /// <param name="length">Positions of each sequence.</param>
            """);
        WriteRemarks(writer);
        writer.Line($"public static void Step({In} query, {In} key, {In} value, {Out} output, {State} state, int batch, int length, {Arguments})");
        writer.Line("=> " + (fail ?? "Step(global::AttentionGen.Kernels.KernelLauncher.View(query, batch, Heads, length, HeadDim, length), global::AttentionGen.ReadOnlyTensorView.HeadsFirst(key, batch, KvHeads, length, HeadDim), global::AttentionGen.ReadOnlyTensorView.HeadsFirst(value, batch, KvHeads, length, ValueDim), global::AttentionGen.TensorView.HeadsFirst(output, batch, Heads, length, ValueDim), state, arguments)") + ";");
        writer.Line();
        WriteSummary(writer, "over tensors with strides of their own");
        WriteTensors(writer);
        WriteRemarks(writer);
        writer.Line($"public static void Step({View} query, {View} key, {View} value, global::AttentionGen.TensorView output, {State} state, {Arguments})");
        writer.Line($"=> {fail ?? "LaunchStep(query, key, value, output, state, arguments)"};");
    }

    private static void WriteLayer(CodeWriter writer, AttentionSpec spec, string? fail)
    {
        WriteSummary(writer, "of the layer");
        writer.Lines("""
            /// <param name="input">[batch, length, DModel].</param>
            /// <param name="output">[batch, length, DModel]; written whole.</param>
            /// <param name="state">From NewState; read, and taken on by the positions.</param>
            /// <param name="batch">Sequences.</param>
            /// <param name="length">Positions of each sequence.</param>
            """);
        WriteRemarks(writer);
        if (fail is not null)
        {
            writer.Line($"{LayerStep} => {fail};");
            return;
        }

        using (writer.Block(LayerStep))
        {
            writer.Line("global::System.ArgumentNullException.ThrowIfNull(state);");
            writer.Line("global::AttentionGen.Kernels.LayerCall call = layerState.Project(input, output, batch, length, arguments, state);");
            writer.Line($"LaunchStep(call.Query, call.Key, call.Value, call.Context, state, arguments{LayerHost.Owned(spec)});");
            writer.Line("layerState.ProjectOutput(call, output, arguments);");
        }
    }

    private static void WriteSummary(CodeWriter writer, string what) => writer.Lines($"""
        /// <summary>
        /// One or more further positions {what}, of sequences whose past is in a state of fixed size: time and memory don't grow with it. Differs from one Forward over everything only by
        /// rounding, and not at all where steps of multiples of {LinearPlan.Chunk} positions come first.
        /// </summary>
        """);

    private static void WriteTensors(CodeWriter writer) => writer.Lines("""
        /// <param name="query">[batch, Heads, length, HeadDim].</param>
        /// <param name="key">[batch, KvHeads, length, HeadDim].</param>
        /// <param name="value">[batch, KvHeads, length, ValueDim].</param>
        /// <param name="output">[batch, Heads, length, ValueDim]; written whole.</param>
        /// <param name="state">From NewState; read, and taken on by the positions.</param>
        """);

    private static void WriteRemarks(CodeWriter writer) => writer.Lines("""
        /// <param name="arguments">Lengths, rotary positions, threads. Default positions count on from the state's.</param>
        /// <exception cref="global::System.ArgumentException">A shape, length or value does not fit the declaration or the state; nothing was written.</exception>
        """);
}
