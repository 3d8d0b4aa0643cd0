namespace AttentionGen.Kernels;

/// <summary>Pages of one block of memory: which are free, and how many sequences have each of the others.</summary>
internal sealed unsafe class PagePool
{
    private readonly byte* memory;
    private readonly int pageBytes;
    private readonly int[] sharers;
    private readonly int[] free;

    /// <summary>A pool of <paramref name="pages"/> pages of <paramref name="pageBytes"/> bytes, all free.</summary>
    public PagePool(byte* memory, int pageBytes, int pages)
    {
        this.memory = memory;
        this.pageBytes = pageBytes;
        sharers = new int[pages];
        free = new int[pages];
        for (int n = 0; n < pages; n++)
        {
            // The first page is taken first, so that memory is touched only as it is needed.
            free[n] = pages - 1 - n;
        }

        Free = pages;
    }

    /// <summary>Pages in all.</summary>
    public int Count => sharers.Length;

    /// <summary>Pages that nobody has.</summary>
    public int Free { get; private set; }

    /// <summary>A page for one sequence; its contents are undefined.</summary>
    public nint Take()
    {
        if (Free == 0)
        {
            throw new InvalidOperationException($"All {Count} pages are in use.");
        }

        int page = free[--Free];
        sharers[page] = 1;
        return (nint)(memory + ((nint)page * pageBytes));
    }

    /// <summary>One more sequence has a page.</summary>
    public void Share(nint page) => sharers[Index(page)]++;

    /// <summary>One sequence less has a page; it is free when that was the last.</summary>
    public void Return(nint page)
    {
        int index = Index(page);
        if (--sharers[index] == 0)
        {
            free[Free++] = index;
        }
    }

    /// <summary>Sequences that have a page.</summary>
    public int SharersOf(nint page) => sharers[Index(page)];

    private int Index(nint page) => (int)((page - (nint)memory) / pageBytes);
}
