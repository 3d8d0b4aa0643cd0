using System;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Loops over a run of features: whole registers first, then the rest one by one.</summary>
internal static class Columns
{
    /// <summary>Writes <paramref name="statement"/> for every feature in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public static void Write(CodeWriter writer, Dialect dialect, int from, int to, Func<Dialect, string, string> statement)
    {
        int whole = from + ((to - from) / dialect.Lanes * dialect.Lanes);
        WriteLoop(writer, dialect, from, whole, statement);
        WriteLoop(writer, Dialect.Scalar, whole, to, statement);
    }

    private static void WriteLoop(CodeWriter writer, Dialect dialect, int from, int to, Func<Dialect, string, string> statement)
    {
        if (from == to)
        {
            return;
        }

        if (to - from <= 4 * dialect.Lanes && dialect.Lanes > 1)
        {
            for (int index = from; index < to; index += dialect.Lanes)
            {
                writer.Line(statement(dialect, Literals.Of(index)));
            }

            return;
        }

        using (writer.Block($"for (int c = {from}; c < {to}; c += {dialect.Lanes})"))
        {
            writer.Line(statement(dialect, "c"));
        }
    }
}
