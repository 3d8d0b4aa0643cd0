using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;
using AttentionGen.Generator.Stages;

namespace AttentionGen.Generator.Emit;

/// <summary>The kernel of a <see cref="KernelFamily.Scan"/> declaration for one CPU dialect, and its plan in words.</summary>
internal static class ScanEmitter
{
    /// <summary>Writes the body of the kernel's class.</summary>
    public static void Write(CodeWriter writer, ScanPlan plan)
    {
        WriteConstants(writer, plan);
        ScanItemStage.Write(writer, plan);
        writer.Line();
        ScanRowStage.Write(writer, plan);
        writer.Line();
        ScanStateStage.Write(writer, plan);
        if (plan.HasConvolution)
        {
            writer.Line();
            ConvolutionStage.Write(writer, plan);
        }

        foreach (Dialect dialect in plan.Dialects)
        {
            writer.Line();
            ActivationStage.WriteSoftplus(writer, dialect);
            writer.Line();
            ActivationStage.WriteSilu(writer, dialect);
        }
    }

    /// <summary>The plan's lines after the one that names the type.</summary>
    public static IEnumerable<string> Describe(AttentionSpec spec)
    {
        ScanPlan plan = new(spec, Dialect.Vector512);
        MambaShape shape = plan.Shape;
        yield return $"Shape: {shape.InnerDim} channels of {shape.StateSize} states each (model width {shape.DModel}).";
        yield return "Recurrence: step = softplus(delta); state = exp(step * A) * state + step * B * u; output = (C . state + D * u) * SiLU(z).";
        if (plan.HasConvolution)
        {
            yield return $"Before it: a depthwise causal convolution over {shape.Convolution} positions with SiLU, in place; step sizes through {shape.DtRank} features.";
        }

        yield return $"Work: {shape.FlopsPerToken} FLOPs per position, of which {shape.InnerDim * shape.StateSize} exponentials, which bound it; time grows linearly with the length.";
        yield return $"State: {shape.StateSize} x {shape.InnerDim} numbers for each sequence, zero before its first position.";
        yield return $"Groups: {string.Join("; ", Dialect.Cpu.Select(dialect => Group(new ScanPlan(spec, dialect))))}.";
        yield return $"One work item: at most {plan.ItemChannels} channels of one sequence, from its first position to its last, {ScanPlan.ChannelBlock} at a time through a chunk.";
    }

    private static string Group(ScanPlan plan) =>
        $"{plan.Dialect.Name} {plan.Dialect.Lanes} channels by {string.Join(" + ", plan.Groups)} states in registers, chunks of {ScanPlan.Chunk} positions, {plan.WorkspaceBytes} bytes";

    private static void WriteConstants(CodeWriter writer, ScanPlan plan)
    {
        Constant(writer, "InnerDim", plan.Shape.InnerDim, "channels");
        Constant(writer, "StateSize", plan.Shape.StateSize, "states of each channel");
        Constant(writer, "ChannelBlock", ScanPlan.ChannelBlock, "channels taken through a chunk at once");
        if (plan.HasConvolution)
        {
            Constant(writer, "ItemChannels", plan.ItemChannels, "channels of one work item at most");
        }

        Constant(writer, "Chunk", ScanPlan.Chunk, "positions prepared at a time");
        if (plan.Dialect.Lanes > 1)
        {
            Constant(writer, "Lanes", plan.Dialect.Lanes);
        }

        if (plan.HasConvolution)
        {
            Constant(writer, "Past", plan.Shape.Convolution - 1, "positions that the convolution sees before the current one");
        }

        writer.Line("private const float Log2OfE = 1.44269504f, Log2OfERest = 1.92596303e-8f; // their sum is log2(e) to twice the digits");
        writer.Line("private const float NaturalLogOf2 = 0.693147181f;");
        writer.Line();
        writer.Line("// Workspace of one thread, in bytes from its start.");
        foreach (WorkspaceBuffer buffer in plan.Buffers)
        {
            Constant(writer, buffer.Name + "At", buffer.Offset, buffer.Contents);
        }

        writer.Line();
    }

    private static void Constant(CodeWriter writer, string name, int value, string? comment = null) =>
        writer.Line($"private const int {name} = {Literals.Of(value)};{(comment is null ? string.Empty : " // " + comment)}");
}
