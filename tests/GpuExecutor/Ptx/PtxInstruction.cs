using System.Text.RegularExpressions;

namespace AttentionGen.GpuExecutor.Ptx;

/// <summary>One instruction: its name with all modifiers, its operands as written, and the predicate that it stands under.</summary>
/// <param name="Name">Such as <c>add.s32</c>.</param>
/// <param name="Operands">Registers, arguments, immediates, addresses; a vector of registers in braces is one operand.</param>
/// <param name="Guard">The predicate register, or null.</param>
/// <param name="IsNegated">Whether it runs where the predicate is false.</param>
/// <param name="Label">The label that it stands behind, or null.</param>
internal sealed partial record PtxInstruction(string Name, string[] Operands, string? Guard, bool IsNegated, string? Label)
{
    /// <summary>Reads one instruction, without its semicolon.</summary>
    public static PtxInstruction Parse(string text)
    {
        Match match = Whole().Match(text);
        if (!match.Success)
        {
            throw new DeviceFault(FaultKind.Instruction, $"'{text}' is no instruction.");
        }

        string[] operands = [.. Operand().Matches(match.Groups["operands"].Value).Select(static operand => operand.Value.Trim())];
        return new PtxInstruction(match.Groups["name"].Value, operands, match.Groups["guard"] is { Success: true } guard ? guard.Value : null, match.Groups["not"].Success, match.Groups["label"] is { Success: true } label ? label.Value : null);
    }

    /// <summary>The registers of an operand in braces.</summary>
    public static string[] Vector(string operand) => operand.StartsWith('{') && operand.EndsWith('}')
        ? operand[1..^1].Split(',', StringSplitOptions.TrimEntries)
        : throw new DeviceFault(FaultKind.Instruction, $"expected registers in braces, not '{operand}'.");

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {string.Join(", ", Operands)}";

    [GeneratedRegex(@"^((?<label>\w+):\s*)?(@(?<not>!)?(?<guard>\w+)\s+)?(?<name>\.?[a-z][\w.]*)(\s+(?<operands>.*))?$", RegexOptions.Singleline)]
    private static partial Regex Whole();

    [GeneratedRegex(@"\s*\{[^}]*\}|[^,]+")]
    private static partial Regex Operand();
}
