namespace Soak;

/// <summary>What happened, and what went wrong.</summary>
internal sealed class Tally
{
    private readonly List<string> faults = [];

    public int Arrivals { get; set; }

    public int Forks { get; set; }

    public int Cancellations { get; set; }

    public int Ends { get; set; }

    public int Evictions { get; set; }

    public int Waits { get; set; }

    public int Rejections { get; set; }

    public int Overfills { get; set; }

    public int Checks { get; set; }

    public long Tokens { get; set; }

    /// <summary>Pages that are free when everybody has left.</summary>
    public int FreePages { get; set; }

    /// <summary>The largest difference from a recomputation.</summary>
    public double Worst { get; set; }

    public IReadOnlyList<string> Faults => faults;

    public void Fail(string fault) => faults.Add(fault);
}
