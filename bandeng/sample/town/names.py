"""Every name of the town: all invented, none of a real place there; each is used once.

Pools are taken from the front, so the same seed gives the same names to the same places.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


DISTRICT = ("板凳区", "Bandeng District")
SUBDISTRICTS = (("长凳街道", "Changdeng Subdistrict"), ("柳湾街道", "Liuwan Subdistrict"))
COMMUNITIES = (
    (
        ("铁西社区", "Tiexi Community"),
        ("纺织社区", "Fangzhi Community"),
        ("磨坊社区", "Mofang Community"),
        ("石桥社区", "Shiqiao Community"),
    ),
    (
        ("杨树社区", "Yangshu Community"),
        ("老街社区", "Laojie Community"),
        ("书院社区", "Shuyuan Community"),
        ("云朵社区", "Yunduo Community"),
    ),
)
"""Four communities of each subdistrict."""

COLUMN_ROADS = ("瓦窑", "铁西路", "铁东路", "木工", "长凳", "磨坊", "书院", "牧云", "东岗")
ROW_ROADS = ("晒谷", "纺车", "槐荫", "听泉", "青砖", "迎春")
COLLECTORS = _words("""
    柳絮街 豆腐巷 灯笼街 竹椅街 算盘街 摇篮街 麦穗街 风筝街 棉花街 陶罐街 蒲扇街 桑叶街 茶壶街 铜锣街
    燕子街 向阳花街 杏仁街 雨伞街 毛线街 酸枣街 石磨街 井台街 芦苇街 粉笔街 铁匠街 红薯街 木梳街 蚕豆街
    月台街 苜蓿街 水车街 剪纸街 榆钱街 藤椅街 牧笛街 沙枣街 云杉街 喜鹊街 糖画街 车轮街
""")
SIDE_LANES = _words("""
    一勺巷 半亩巷 梨花巷 针线巷 箩筐巷 门墩巷 煤球巷 葱花巷 扁担巷 小满巷 谷雨巷 白露巷 霜降巷 立夏巷
    清明果巷 芒种巷 处暑巷 寒露巷 惊蛰巷 冬至巷 葫芦巷 南瓜巷 丝瓜巷 豆角巷 茄子巷 莲藕巷 荸荠巷 山楂巷
    花椒巷 八角巷 桂皮巷 芝麻巷 核桃巷 板栗巷 红豆巷 绿豆巷 黄豆巷 黑豆巷 高粱巷 荞麦巷 燕麦巷 莜面巷
""")
HUTONGS = _words("""
    长凳胡同 柳叶胡同 井沿胡同 豆汁胡同 帽子胡同 草帘胡同 羊毛胡同 磨刀胡同 灯芯胡同 炒面胡同 门神胡同
    笤帚胡同 簸箕胡同 风箱胡同 油坊胡同 碾子胡同 银杏胡同 鸽哨胡同 蝈蝈胡同 糖瓜胡同 毡靴胡同 奶豆腐胡同
    月牙胡同 筷子胡同
""")
OLD_COMPOUNDS = _words("""
    槐树小区 铁路新村 纺织厂家属院 机务段家属院 粮站家属院 棉纺新村 搪瓷厂宿舍 向阳里 工人新村
    砖瓦厂家属院 运输公司家属院 红砖里 供销社家属院 邮电小区 乳品厂家属院 地毯厂宿舍 水文队家属院
    教师新村 电机厂家属院 木器厂宿舍 柳条里 东风小区 林业局家属院 制药厂家属院 皮革厂宿舍
""")
NEW_COMPOUNDS = _words("""
    云朵花园 听泉雅苑 柳湾家园 青砖小镇 长凳花园 麦田公馆 书院华庭 河畔人家 牧歌嘉园 杏花春苑 石桥佳苑
    风铃苑 白杨家园 晴空小区 苜蓿花园 星野家园 榆钱小区 燕归园 磨坊新苑 雁栖里 海棠湾小区 草原晨光小区
    竹椅雅居 小满家园 鹊桥苑 水岸书香 月亮湾家园 长河新居
""")
LANDMARKS = ("槐荫广场", "长凳文化宫", "老粮仓创意园", "牧云物流园", "青砖机械厂")
PARKS = _words("长凳公园 机车公园 柳湾湿地公园 杏林公园 书院公园")
POCKET_PARKS = _words("""
    石磨口袋公园 喜鹊口袋公园 棋盘口袋公园 云杉口袋公园
    井台口袋公园 麦垛口袋公园 灯笼口袋公园 风筝口袋公园 雨燕口袋公园 芦苇口袋公园
""")
SHOPS: dict[str, tuple[str, ...]] = {
    "convenience": _words("""
        小板凳便利店 老邻居便利店 街角便利 向阳小卖部 好来便利店 月亮便利店 二姐小卖部 便民小店
        夜灯便利店 铁路小卖部 一盏灯便利 家门口便利店 口袋便利店 晨光小卖部 柳树下便利店 四季便利店
        老张烟酒百货 北风便利店 木门便利店 顺路便利店 暖手便利店 团圆便利店 水岸便利店 三号院小卖部
        半夏便利店 八点半便利店
    """),
    "supermarket": _words("""
        麦田超市 邻里生活超市 长凳平价超市 云朵超市 石桥购物超市 万家灯火超市 青砖惠民超市
    """),
    "pharmacy": _words("""
        杏仁大药房 百草堂药店 长凳大药房 康宁里药店 济邻药房 河畔药店 同心里大药房 柳叶药房 老街药铺
        白鹭药店 小满药房
    """),
    "restaurant": _words("""
        王二莜面馆 草原烧麦馆 槐树下家常菜 铁路边炖菜馆 河沿铁锅鱼 三碗拉面 饺子娘 老灶台 清泉清真饭庄
        阿木尔奶茶馆 酸菜鱼小馆 麦垛面馆 柳湾砂锅 木桌小炒 一家人火锅 夜归人烧烤 井台豆花 牛骨头馆
        胡麻油饼铺 雪花羊杂 老街卤味 云朵饭店 炉火小馆 东北角饭馆 稻香里 红泥小炉 巷口米线 长凳酒家
    """),
    "breakfast": _words("""
        早点铺子豆浆油条 刘嫂包子铺 天亮包子 热豆浆早餐 张记烧饼早餐 晨雾早餐车 老陈包子 六点半早餐
    """),
    "bank": _words("""
        长凳农村信用社 板凳区商业银行槐荫支行 板凳区商业银行青砖支行 牧云村镇银行 长凳信用社河畔分社
    """),
    "hairdresser": _words("""
        巧手理发 阿珍理发店 一剪美发 老吴理发 木梳造型 丝语美发 国营理发馆 剪影 青丝阁
    """),
    "laundry": _words("""
        泡泡洗衣 白领子干洗 清水洗衣店 晾衣绳洗衣
    """),
    "repair": _words("""
        老孙修鞋配钥匙 小陈家电维修 车铃修车铺 巧匠修补 拉链王修补铺 老周自行车行
    """),
    "bakery": _words("""
        麦穗蛋糕 暖炉烘焙 甜枣糕点 云朵面包房
    """),
    "cafe_tea": _words("""
        板凳咖啡 慢茶馆 老茶缸 檐下咖啡
    """),
    "photo_print": _words("""
        快印图文 晴天照相馆 墨香打印
    """),
    "telecom": _words("""
        板凳通信营业厅 牧云通信营业厅
    """),
    "bookshop": _words("""
        灯下书店 纸飞机书屋
    """),
    "flower_gift": _words("""
        花花花店 一束花坊
    """),
    "pet": _words("""
        毛球宠物 尾巴宠物诊所
    """),
    "gym": _words("""
        动起来健身 铁片健身房
    """),
}


class Pool:
    """Names to be used once each, in order. Raises IndexError when more are asked for than were thought up.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = list(names)

    def take(self) -> str:
        return self._names.pop(0)

    def __len__(self) -> int:
        return len(self._names)
