namespace QuickStart.Catalogue;

/// <summary>What <c>--all</c> runs, in order: a line here for each declaration.</summary>
public static class CatalogueEntries
{
    /// <summary>Every attention type, encoding and modifier.</summary>
    public static IReadOnlyList<CatalogueEntry> All { get; } =
    [
        new KernelEntry("type", "standard", Standard.Forward),
        new KernelEntry("type", "causal", Causal.Forward),
        new KernelEntry("type", "local", Local.Forward),
        new KernelEntry("type", "strided", Strided.Forward),
        new KernelEntry("type", "kvstrided", KvStrided.Forward),
        new KernelEntry("type", "block", Block.Forward),
        new KernelEntry("type", "localglobal", LocalGlobal.Forward),
        new KernelEntry("type", "localglobal", LocalGlobalAverage.Forward),
        new KernelEntry("type", "landmark", Landmark.Forward),
        new KernelEntry("type", "custom", Custom.Forward),
        new KernelEntry("type", "relative", Relative.Forward),
        new KernelEntry("type", "t5", T5.Forward),
        new KernelEntry("type", "crossmemory", CrossMemory.Forward),
        new KernelEntry("type", "linear", Linear.Forward),
        new KernelEntry("type", "performer", Performer.Forward),
        new KernelEntry("type", "differential", Differential.Forward),
        new KernelEntry("type", "exclusive", Exclusive.Forward),
        new ScanEntry("mamba", Mamba.InnerDim, Mamba.StateSize, Mamba.Scan),
        new KernelEntry("encoding", "none", NoPositions.Forward),
        new LayerEntry<Sinusoidal>("encoding", "sinusoidal", static () => new Sinusoidal(seed: 1), static layer => (layer.Forward, layer.Weights)),
        new LayerEntry<Learned>("encoding", "learned", static () => new Learned(seed: 2), static layer => (layer.Forward, layer.Weights)),
        new KernelEntry("encoding", "rope", Rope.Forward),
        new KernelEntry("encoding", "rope", StretchedRope.Forward),
        new KernelEntry("encoding", "mrope", Mrope.Forward),
        new KernelEntry("encoding", "xpos", Xpos.Forward),
        new KernelEntry("encoding", "alibi", Alibi.Forward),
        new KernelEntry("encoding", "relative", RelativeOnLocal.Forward),
        new KernelEntry("encoding", "t5", T5OnCausal.Forward),
        new KernelEntry("encoding", "gaussian", Gaussian.Forward),
        new KernelEntry("modifier", "KvHeads", Grouped.Forward),
        new KernelEntry("modifier", "Softcap", Softcapped.Forward),
        new KernelEntry("modifier", "QkNorm", Normalised.Forward),
    ];
}
