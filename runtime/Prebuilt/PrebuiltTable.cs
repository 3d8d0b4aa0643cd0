namespace AttentionGen.Prebuilt;

/// <summary>A kernel of one head: queries, keys, values in; attended values out.</summary>
internal delegate void HeadForward(
    ReadOnlyTensorView query, ReadOnlyTensorView key, ReadOnlyTensorView value, TensorView output, in AttentionArguments arguments);

/// <summary>One pre-generated kernel.</summary>
/// <param name="Type">The attention type.</param>
/// <param name="Window">local: the symmetric window; otherwise 0.</param>
/// <param name="Causal">Whether keys after the query are hidden.</param>
/// <param name="HeadDim">Features of a head.</param>
/// <param name="Forward">The kernel.</param>
internal sealed record PrebuiltEntry(string Type, int Window, bool Causal, int HeadDim, HeadForward Forward)
{
    /// <summary>The kernel but for its head dim, as messages name it.</summary>
    public string Kind => (Type, Causal) switch
    {
        (AttentionTypes.Local, true) => $"local causal (Window {Window})",
        (AttentionTypes.Local, false) => $"local (Window {Window})",
        _ => Type,
    };
}

/// <summary>What is pre-generated: a table of delegates, so that trimming and ahead-of-time compilation see every kernel.</summary>
internal static class PrebuiltTable
{
    public static IReadOnlyList<PrebuiltEntry> Entries { get; } =
    [
        new(AttentionTypes.Standard, 0, false, 32, StandardDim32.Forward),
        new(AttentionTypes.Standard, 0, false, 64, StandardDim64.Forward),
        new(AttentionTypes.Standard, 0, false, 80, StandardDim80.Forward),
        new(AttentionTypes.Standard, 0, false, 96, StandardDim96.Forward),
        new(AttentionTypes.Standard, 0, false, 128, StandardDim128.Forward),
        new(AttentionTypes.Causal, 0, true, 32, CausalDim32.Forward),
        new(AttentionTypes.Causal, 0, true, 64, CausalDim64.Forward),
        new(AttentionTypes.Causal, 0, true, 80, CausalDim80.Forward),
        new(AttentionTypes.Causal, 0, true, 96, CausalDim96.Forward),
        new(AttentionTypes.Causal, 0, true, 128, CausalDim128.Forward),
        new(AttentionTypes.Local, 128, false, 32, Local128Dim32.Forward),
        new(AttentionTypes.Local, 128, false, 64, Local128Dim64.Forward),
        new(AttentionTypes.Local, 128, false, 80, Local128Dim80.Forward),
        new(AttentionTypes.Local, 128, false, 96, Local128Dim96.Forward),
        new(AttentionTypes.Local, 128, false, 128, Local128Dim128.Forward),
        new(AttentionTypes.Local, 256, false, 32, Local256Dim32.Forward),
        new(AttentionTypes.Local, 256, false, 64, Local256Dim64.Forward),
        new(AttentionTypes.Local, 256, false, 80, Local256Dim80.Forward),
        new(AttentionTypes.Local, 256, false, 96, Local256Dim96.Forward),
        new(AttentionTypes.Local, 256, false, 128, Local256Dim128.Forward),
        new(AttentionTypes.Local, 256, true, 32, LocalCausal256Dim32.Forward),
        new(AttentionTypes.Local, 256, true, 64, LocalCausal256Dim64.Forward),
        new(AttentionTypes.Local, 256, true, 80, LocalCausal256Dim80.Forward),
        new(AttentionTypes.Local, 256, true, 96, LocalCausal256Dim96.Forward),
        new(AttentionTypes.Local, 256, true, 128, LocalCausal256Dim128.Forward),
    ];
}
