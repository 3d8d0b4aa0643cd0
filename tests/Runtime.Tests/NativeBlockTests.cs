using AttentionGen.Kernels;
using Xunit;

namespace AttentionGen.Runtime.Tests;

public unsafe class NativeBlockTests
{
    [Theory]
    [InlineData(1, NativeBlock.SmallAlignment)]
    [InlineData(1000, NativeBlock.SmallAlignment)]
    [InlineData(2 * NativeBlock.LargePage, NativeBlock.LargePage)]
    [InlineData((5 * NativeBlock.LargePage) + 12345, NativeBlock.LargePage)]
    public void BlocksAreAlignedAndHoldWhatIsWritten(int bytes, int alignment)
    {
        byte* block = (byte*)NativeBlock.Allocate((nuint)bytes);
        try
        {
            Assert.Equal(0, (nint)block % alignment);
            for (int n = 0; n < bytes; n++)
            {
                block[n] = (byte)(n * 31);
            }

            for (int n = 0; n < bytes; n++)
            {
                Assert.True(block[n] == (byte)(n * 31));
            }
        }
        finally
        {
            NativeBlock.Free(block);
        }
    }

    /// <summary>The kernel marks a range of which large pages were asked for with "hg", whether or not it has any left.</summary>
    [Fact]
    public void LargePagesAreAskedForWhereTheSystemHasThem()
    {
        if (!File.Exists("/sys/kernel/mm/transparent_hugepage/enabled") || !File.Exists("/proc/self/smaps"))
        {
            return;
        }

        void* block = NativeBlock.Allocate(8 * NativeBlock.LargePage);
        try
        {
            Assert.Contains("hg", FlagsOf((nuint)block + NativeBlock.LargePage));
        }
        finally
        {
            NativeBlock.Free(block);
        }
    }

    private static string[] FlagsOf(nuint address)
    {
        bool inside = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] ends = words[0].Split('-');
            if (ends.Length == 2)
            {
                inside = address >= Convert.ToUInt64(ends[0], 16) && address < Convert.ToUInt64(ends[1], 16);
            }
            else if (inside && words[0] == "VmFlags:")
            {
                return words[1..];
            }
        }

        return [];
    }
}
