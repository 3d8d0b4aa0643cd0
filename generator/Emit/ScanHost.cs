using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;
using AttentionGen.Generator.Stages;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Generator.Emit;

/// <summary>The public surface of a scan's kernel host, and what it shares with a layer: constants, description and launch.</summary>
internal static class ScanHost
{
    private const string View = "global::AttentionGen.ReadOnlyTensorView";
    private const string In = "global::System.ReadOnlySpan<float>";
    private const string Arguments = "in global::AttentionGen.AttentionArguments arguments = default";
    private const string State = "global::AttentionGen.RecurrentState";
    private const string Description = "global::AttentionGen.Kernels.ScanDescription";
    private const string Launch = $"static partial void LaunchKernel({View} u, {View} delta, {In} a, {View} b, {View} c, {In} d, {View} z, global::AttentionGen.TensorView output, {State}? state, in global::AttentionGen.AttentionArguments arguments)";

    /// <summary>The overloads of Scan; a body throws, or calls the launch.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="fail">What every body does instead; null: its work.</param>
    public static void WriteMembers(CodeWriter writer, string? fail)
    {
        WriteSpans(writer, fail, isStep: false);
        writer.Line();
        WriteViews(writer, fail, isStep: false);
        writer.Line();
        WriteSpans(writer, fail, isStep: true);
        writer.Line();
        WriteViews(writer, fail, isStep: true);
        writer.Line();
        writer.Line("/// <summary>A state of sequences that have read nothing, for Step.</summary>");
        writer.Line("/// <param name=\"sequences\">Sequences, which all steps take on together.</param>");
        writer.Line($"public static {State} NewState(int sequences) => {fail ?? "global::AttentionGen.Kernels.ScanLauncher.NewState(scanDescription, sequences)"};");
    }

    /// <summary>Sizes, and the description that checks and launches share.</summary>
    public static void WriteConstants(CodeWriter writer, AttentionSpec spec)
    {
        ScanPlan plan = new(spec, Dialect.Vector512);
        Constant(writer, "DModel", plan.Shape.DModel, "Model width.");
        Constant(writer, "InnerDim", plan.Shape.InnerDim, "Channels of the scan.");
        Constant(writer, "StateSize", plan.Shape.StateSize, "States of each channel.");
        Constant(writer, "WorkspaceBytesPerThread", KernelEmitter.WorkspaceBytes(spec), "Native memory that each working thread keeps for this kernel, in bytes, whatever the length.");
        string name = SymbolDisplay.FormatLiteral(spec.Host.Name, quote: true);
        writer.Line($"private static readonly {Description} scanDescription = new() {{ Name = {name}, InnerDim = InnerDim, StateSize = StateSize, ChannelBlock = {ScanPlan.ChannelBlock}, ItemChannels = {plan.ItemChannels}, WorkspaceBytes = WorkspaceBytesPerThread, MaxLength = {plan.Shape.MaxLength}{(plan.HasConvolution ? $", Convolution = {plan.Shape.Convolution}" : string.Empty)} }};");
        writer.Line();
    }

    public static void WriteLaunchDeclaration(CodeWriter writer) => writer.Line().Line(Launch + ";");

    public static void WriteLaunch(CodeWriter writer, AttentionSpec spec)
    {
        using (writer.Block(Launch))
        using (writer.Block("unsafe"))
        {
            writer.Line($"global::AttentionGen.Kernels.ScanLauncher.Run(scanDescription, {KernelEmitter.Tiers(spec, "Run")}, u, delta, a, b, c, d, z, output, state, arguments);");
        }
    }

    private static void WriteSpans(CodeWriter writer, string? fail, bool isStep)
    {
        WriteSummary(writer, isStep, "contiguous tensors");
        writer.Lines("""
            /// <param name="batch">Sequences.</param>
            /// <param name="length">Positions of each sequence.</param>
            """);
        WriteRemarks(writer);
        string name = isStep ? "Step" : "Scan", state = isStep ? $", {State} state" : string.Empty;
        string views = "global::AttentionGen.Kernels.ScanLauncher.View(u, batch, length, InnerDim), global::AttentionGen.ReadOnlyTensorView.HeadsFirst(delta, batch, 1, length, InnerDim), a, global::AttentionGen.ReadOnlyTensorView.HeadsFirst(b, batch, 1, length, StateSize), global::AttentionGen.ReadOnlyTensorView.HeadsFirst(c, batch, 1, length, StateSize), d, global::AttentionGen.Kernels.ScanLauncher.Gate(z, batch, length, InnerDim), global::AttentionGen.TensorView.HeadsFirst(output, batch, 1, length, InnerDim)";
        writer.Line($"public static void {name}({In} u, {In} delta, {In} a, {In} b, {In} c, {In} d, {In} z, global::System.Span<float> output{state}, int batch, int length, {Arguments})");
        writer.Line($"=> {fail ?? $"{name}({views}{(isStep ? ", state" : string.Empty)}, arguments)"};");
    }

    private static void WriteViews(CodeWriter writer, string? fail, bool isStep)
    {
        WriteSummary(writer, isStep, "tensors with strides of their own, such as slices of a projection; nothing is copied");
        WriteRemarks(writer);
        string name = isStep ? "Step" : "Scan", state = isStep ? $", {State} state" : string.Empty;
        string given = isStep ? "state ?? throw new global::System.ArgumentNullException(nameof(state))" : "null";
        writer.Line($"public static void {name}({View} u, {View} delta, {In} a, {View} b, {View} c, {In} d, {View} z, global::AttentionGen.TensorView output{state}, {Arguments})");
        writer.Line($"=> {fail ?? $"LaunchKernel(u, delta, a, b, c, d, z, output, {given}, arguments)"};");
    }

    private static void WriteSummary(CodeWriter writer, bool isStep, string tensors)
    {
        writer.Line(isStep
            ? $"/// <summary>One or more further positions of sequences whose past is in a state, over {tensors}. The result has the same bits as one Scan over everything.</summary>"
            : $"/// <summary>The selective scan (Gu and Dao 2023) over {tensors}.</summary>");
        writer.Lines("""
            /// <param name="u">[batch, 1, length, InnerDim]: the input.</param>
            /// <param name="delta">[batch, 1, length, InnerDim]: step sizes before softplus, their bias included.</param>
            /// <param name="a">[InnerDim, StateSize]: A = -exp(A_log), 0 or less.</param>
            /// <param name="b">[batch, 1, length, StateSize]: B.</param>
            /// <param name="c">[batch, 1, length, StateSize]: C.</param>
            /// <param name="d">[InnerDim]: D, the skip; empty: none.</param>
            /// <param name="z">[batch, 1, length, InnerDim]: the gate before SiLU; empty or default: none.</param>
            /// <param name="output">[batch, 1, length, InnerDim]; written whole. It may be the very memory of u, delta or z.</param>
            """);
        if (isStep)
        {
            writer.Line("/// <param name=\"state\">From NewState; read, and taken on by the positions.</param>");
        }
    }

    private static void WriteRemarks(CodeWriter writer) => writer.Lines("""
        /// <param name="arguments">Cumulative or key lengths, threads, tier. Key lengths: positions past a sequence's own are not read and give zeros.</param>
        /// <exception cref="global::System.ArgumentException">A shape, length or value does not fit the declaration; nothing was written.</exception>
        """);

    private static void Constant(CodeWriter writer, string name, int value, string summary)
    {
        writer.Line($"/// <summary>{summary}</summary>");
        writer.Line($"public const int {name} = {Literals.Of(value)};");
        writer.Line();
    }
}
