using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// The recurrence itself: for one register of channels, a group of states stays in registers while a chunk of positions passes by.
/// Lanes are channels, so that no lane waits for another and each channel's arithmetic is the same wherever a sequence is cut.
/// </summary>
internal static class ScanStateStage
{
    public static void Write(CodeWriter writer, ScanPlan plan)
    {
        WriteAdvance(writer, plan);
        foreach (Dialect dialect in plan.Dialects)
        {
            foreach ((int width, bool asks) in plan.Groups.Select((width, group) => (width, Asks(dialect, group))).Distinct())
            {
                writer.Line();
                WriteGroup(writer, plan, dialect, width, asks);
            }
        }
    }

    private static void WriteAdvance(CodeWriter writer, ScanPlan plan)
    {
        writer.Line($"// Takes the states of a block of channels over a chunk, group by group{(plan.AsksAhead ? "; beside it, the rows of the block that comes next are asked for" : string.Empty)}.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void Advance(ScanCall* call, ScanItem work, int first, int count{(plan.AsksAhead ? ", ScanItem next, int nextFirst" : string.Empty)}, byte* workspace)"))
        {
            writer.Line("float* rates = At(workspace, RatesAt) + (work.Offset * StateSize), states = At(workspace, StatesAt) + (work.Offset * StateSize), steps = At(workspace, StepsAt), inputs = At(workspace, InputsAt), outputs = At(workspace, OutputsAt);");
            writer.Line("float* b = work.Row(call->InputMatrix) + (first * call->InputMatrix.RowStride), c = work.Row(call->OutputMatrix) + (first * call->OutputMatrix.RowStride);");
            writer.Line("long bStride = call->InputMatrix.RowStride, cStride = call->OutputMatrix.RowStride;");
            foreach (Dialect dialect in plan.Dialects)
            {
                string header = plan.Dialect.Lanes == 1 ? "for (int k = 0; k < work.Channels; k++)"
                    : dialect == plan.Dialect ? "for (int k = 0; k + Lanes <= work.Channels; k += Lanes)"
                    : "for (int k = work.Channels / Lanes * Lanes; k < work.Channels; k++)";
                using (writer.Block(header))
                {
                    WriteCalls(writer, plan, dialect);
                }
            }
        }
    }

    private static void WriteCalls(CodeWriter writer, ScanPlan plan, Dialect dialect)
    {
        int state = 0, group = 0;
        foreach (int width in plan.Groups)
        {
            bool asks = Asks(dialect, group++);
            if (asks)
            {
                writer.Line("ScanAhead ahead = ScanAhead.Of(call, next, nextFirst, k, workspace);");
            }

            string panel = Index.Plus("(k * StateSize)", state * dialect.Lanes), column = state == 0 ? string.Empty : $" + {state}";
            writer.Line($"{Name(plan, dialect, width, asks)}(rates + {panel}, states + {panel}, steps + k, inputs + k, outputs + k, b{column}, bStride, c{column}, cStride, count{(asks ? ", &ahead" : string.Empty)});");
            state += width;
        }
    }

    // Once for each position and register of channels: beside the first group of states.
    private static bool Asks(Dialect dialect, int group) => dialect.Lanes > 1 && group == 0;

    private static string Name(ScanPlan plan, Dialect dialect, int width, bool asks) => $"Advance{width}{(asks ? "Asking" : string.Empty)}{ChannelLoop.Suffix(plan, dialect)}";

    private static void WriteGroup(CodeWriter writer, ScanPlan plan, Dialect dialect, int width, bool asks)
    {
        IReadOnlyList<int> states = [.. Enumerable.Range(0, width)];
        writer.Line($"// {width} states: state = 2^(step * A) * state + input * B; output += C * state.{(asks ? " Asks for a row of what comes next beside each position." : string.Empty)}");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {Name(plan, dialect, width, asks)}(float* rates, float* states, float* steps, float* inputs, float* outputs, float* b, long bStride, float* c, long cStride, int count{(asks ? ", ScanAhead* ahead" : string.Empty)})"))
        {
            foreach (int n in states)
            {
                writer.Line($"{dialect.Float} state{n} = {dialect.Load("states", Literals.Of(n * dialect.Lanes))};");
            }

            using (writer.Block("for (int t = 0; t < count; t++, steps += ChannelBlock, inputs += ChannelBlock, outputs += ChannelBlock, b += bStride, c += cStride)"))
            {
                if (asks)
                {
                    writer.Line("ahead->Ask();");
                }

                writer.Line($"{dialect.Float} step = {dialect.Load("steps", "0")}, input = {dialect.Load("inputs", "0")}, sum = {dialect.Load("outputs", "0")};");
                foreach (int n in states)
                {
                    string decay = dialect.Exp2(dialect.Multiply("step", dialect.Load("rates", Literals.Of(n * dialect.Lanes))));
                    string added = dialect.Multiply("input", dialect.LoadBroadcast("b", Literals.Of(n)));
                    writer.Line($"state{n} = {dialect.MultiplyAdd(decay, $"state{n}", added)};");
                    writer.Line($"sum = {dialect.MultiplyAdd($"state{n}", dialect.LoadBroadcast("c", Literals.Of(n)), "sum")};");
                }

                writer.Line(dialect.Store("sum", "outputs", "0"));
            }

            writer.Line();
            foreach (int n in states)
            {
                writer.Line(dialect.Store($"state{n}", "states", Literals.Of(n * dialect.Lanes)));
            }
        }
    }
}
