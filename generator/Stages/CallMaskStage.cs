using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>A tile's scores, or weights, as what the call brings acts on them, in C#.</summary>
/// <param name="Rows">Real rows of the tile.</param>
/// <param name="From">The first key.</param>
/// <param name="To">One past the last key.</param>
/// <param name="Keys">The index of each key, where they are not consecutive; otherwise <c>null</c>.</param>
/// <param name="First">That of the first row and key.</param>
internal sealed record TileScores(string Rows, string From, string To, string Keys, string First);

/// <summary>What a call brings at run time: a block mask, masks and a bias, dropped weights.</summary>
internal static class CallMaskStage
{
    /// <summary>Hides and biases scores, and finds the tile's maxima anew.</summary>
    public static void Write(CodeWriter writer, TileScores scores)
    {
        foreach ((string present, string function) in new[] { ("Blocks", "BlockMasking"), ("Mask", "RuntimeMasking") })
        {
            using (writer.Block($"if (call->{present}.IsPresent)"))
            {
                writer.Line($"{function}.{Apply(scores)}, tileMax, Lanes);");
            }

            writer.Line();
        }
    }

    /// <summary>Drops weights, where the declaration allows it.</summary>
    public static void WriteDropout(CodeWriter writer, KernelPlan plan, TileScores weights)
    {
        if (!plan.HasDropout)
        {
            return;
        }

        writer.Line("// Sums are of the weights before any is dropped.");
        using (writer.Block("if (call->DropsWeights)"))
        {
            writer.Line($"DropoutMask.{Apply(weights)});");
        }

        writer.Line();
    }

    private static string Apply(TileScores scores) =>
        $"Apply(call, work.Batch, head, work.FirstRow + row, {scores.Rows}, {scores.From}, {scores.To}, {scores.Keys}, {scores.First}, ScoreStride";
}
