using AttentionGen.Reference;

namespace AttentionGen.Conformance.Declarations;

/// <summary>The optional inputs of one call.</summary>
public sealed record CallInputs
{
    public static CallInputs None { get; } = new();

    public int[]? KeyLengths { get; init; }

    public int[]? QueryPositions { get; init; }

    public int[]? KeyPositions { get; init; }

    public Broadcast<bool>? Keep { get; init; }

    public Broadcast<bool>? Drop { get; init; }

    public Broadcast<float>? Bias { get; init; }

    public override string ToString()
    {
        string[] present =
        [
            KeyLengths is null ? "" : $"keyLengths [{string.Join(' ', KeyLengths)}]",
            QueryPositions is null ? "" : $"queryPositions[{QueryPositions.Length}]",
            KeyPositions is null ? "" : $"keyPositions[{KeyPositions.Length}]",
            Keep is null ? "" : $"keep [{Keep.Batch} {Keep.Heads} {Keep.Queries} {Keep.Keys}]",
            Drop is null ? "" : $"drop [{Drop.Batch} {Drop.Heads} {Drop.Queries} {Drop.Keys}]",
            Bias is null ? "" : $"bias [{Bias.Batch} {Bias.Heads} {Bias.Queries} {Bias.Keys}]",
        ];
        return string.Join(", ", present.Where(text => text.Length > 0));
    }
}
