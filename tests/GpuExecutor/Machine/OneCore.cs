using System.Runtime.InteropServices;

namespace AttentionGen.GpuExecutor;

/// <summary>
/// Keeps GPU threads on one core: only one of them runs at a time, and handing over within a core is quicker than waking another one.
/// Elsewhere than on Linux they run where they like.
/// </summary>
internal static partial class OneCore
{
    private const int MostCores = 1024, BitsPerWord = 64;

    private static readonly ulong[]? Mask = Choose();

    /// <summary>Keeps the calling thread there; where the system refuses, it is only slower.</summary>
    public static void Stay()
    {
        if (Mask is not null)
        {
            _ = SetAffinity(0, (nuint)(Mask.Length * sizeof(ulong)), Mask);
        }
    }

    private static ulong[]? Choose()
    {
        int core = OperatingSystem.IsLinux() ? CurrentCore() : -1;
        if (core is < 0 or >= MostCores)
        {
            return null;
        }

        ulong[] mask = new ulong[MostCores / BitsPerWord];
        mask[core / BitsPerWord] = 1UL << (core % BitsPerWord);
        return mask;
    }

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    private static partial int CurrentCore();

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint bytes, ulong[] mask);
}
