using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>What is shown, with the figures aimed at.</summary>
public static class ShowTable
{
    private static readonly GemmCase[] Gemm = [new(512, 512, 512, 0.88), new(1024, 1024, 1024, 0.88), new(2048, 512, 512, 0.88)];

    private static readonly GemvCase[] Gemv =
    [
        new(1, 4096, 4096, WeightPrecision.Single, 0.85),
        new(1, 4096, 4096, WeightPrecision.BFloat16, 0.80),
        new(1, 4096, 4096, WeightPrecision.Int8, 0.75),
        .. from rows in new[] { 4, 8 } from precision in Enum.GetValues<WeightPrecision>() select new GemvCase(rows, 4096, 4096, precision, null),
    ];

    /// <summary>Attention on one thread, visible pairs only.</summary>
    public static IReadOnlyList<AttentionCase> OneThread { get; } =
    [
        new("all keys", KernelList.Standard64, 128, CeilingTarget: 0.65),
        new("all keys", KernelList.Standard64, 512, CeilingTarget: 0.80),
        new("all keys", KernelList.Standard64, 2048, CeilingTarget: 0.86, OnnxTarget: 1.3),
        new("all keys", KernelList.Standard128, 2048, CeilingTarget: 0.89, OnnxTarget: 1.2),
        new("causal", KernelList.Causal64, 512, CeilingTarget: 0.62),
        new("causal", KernelList.Causal64, 2048, CeilingTarget: 0.80, OnnxTarget: 2.7),
        new("causal", KernelList.Causal128, 2048),
        new("local", KernelList.Local64, 8192, CeilingTarget: 0.60),
        .. KernelList.OddHeadDims.Select(kernel => new AttentionCase("odd head dims", kernel, 1024, CeilingTarget: 0.70)),
    ];

    /// <summary>The speed-up of a second thread, and of all of them where there are more.</summary>
    public static IEnumerable<ThreadsCase> Threads { get; } =
        from threads in new[] { 2, Environment.ProcessorCount }.Where(threads => threads > 1 && threads <= Environment.ProcessorCount).Distinct()
        from kernel in new[] { KernelList.Standard64, KernelList.Causal64 }
        from length in new[] { 512, 2048 }
        select new ThreadsCase(kernel, length, threads, threads == 2 ? 1.85 : null);

    /// <summary>Every wanted figure, in the order of the report. <paramref name="progress"/> is told what is being measured.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings, Action<string> progress)
    {
        foreach (AttentionCase item in OneThread.Where(item => settings.Wants(item.Section, item.Name)))
        {
            progress(item.Name);
            foreach (Figure figure in item.Measure(settings))
            {
                yield return figure;
            }
        }

        (string Name, IEnumerable<Figure> Figures)[] rest =
        [
            ("local, time per token", LocalCase.Measure(settings)),
            ("sparse types", SparseCase.Measure(settings)),
            ("variants", VariantCase.All.SelectMany(item => item.Measure(settings))),
            ("layer encodings", LayerEncodingCase.Measure(settings)),
            ("linear types", LinearCase.Measure(settings)),
            ("scan", ScanCase.Measure(settings)),
            ("user functions", FunctionCase.Measure(settings)),
            ("packed sequences", PackedCase.Measure(settings)),
            ("decode", DecodeCase.Measure(settings)),
            ("decode against peers", DecodePeerCase.Measure(settings)),
            ("layer decode", LayerDecodeCase.Measure(settings)),
            ("threads", Threads.SelectMany(item => item.Measure(settings))),
            ("GEMM", Gemm.SelectMany(item => item.Measure(settings))),
            ("GEMV", Gemv.SelectMany(item => item.Measure(settings))),
            ("256-bit tier", NarrowTierCase.Measure(settings)),
            ("managed allocation", AllocationCase.Measure(settings)),
            ("first call", FirstCallCase.Measure(settings)),
        ];
        foreach ((string name, IEnumerable<Figure> figures) in rest)
        {
            progress(name);
            foreach (Figure figure in figures)
            {
                yield return figure;
            }
        }
    }
}
