using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// Instructions of inline PTX, written as one call of <c>CudaAsm.Emit</c>. Registers are declared once, by name, and named in every text: what passes through a C#
/// variable would go through local memory. Arguments, which are read only, are <c>%0</c>, <c>%1</c>, ...
/// </summary>
internal sealed class PtxText
{
    private readonly List<string> _lines = [];

    /// <summary>Adds an instruction, without a semicolon, or several of a kind.</summary>
    public void Add(string instruction) => _lines.Add(instruction);

    /// <summary>Adds a comment on the instructions that follow.</summary>
    public void Note(string comment) => _lines.Add("// " + comment);

    /// <summary>Names the place of the instruction that follows.</summary>
    public void Label(string name) => _lines.Add(name + ":");

    /// <summary>Writes the call.</summary>
    public void Write(CodeWriter writer, params string[] arguments)
    {
        // ILGPU adds the last semicolon.
        int last = _lines.FindLastIndex(static line => !IsNote(line));
        IEnumerable<string> text = _lines.Select((line, n) => IsNote(line) || line.EndsWith(":", StringComparison.Ordinal) || n == last ? line : line + ";");
        if (_lines.Count == 1)
        {
            writer.Line($"CudaAsm.Emit(\"{_lines[0]}\"{string.Concat(arguments.Select(static argument => ", " + argument))});");
            return;
        }

        writer.Line("CudaAsm.Emit(");
        foreach (string line in text.Prepend("\"\"\"").Append(arguments.Length == 0 ? "\"\"\");" : "\"\"\","))
        {
            writer.Line("    " + line);
        }

        if (arguments.Length > 0)
        {
            writer.Line($"    {string.Join(", ", arguments)});");
        }
    }

    /// <summary>A float as PTX spells it: its bits.</summary>
    public static string Of(float value) => "0f" + BitConverter.ToInt32(BitConverter.GetBytes(value), 0).ToString("X8", CultureInfo.InvariantCulture);

    private static bool IsNote(string line) => line.StartsWith("//", StringComparison.Ordinal);
}
